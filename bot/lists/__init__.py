"""Lists that staff keep in Excel: read from xlsx and csv, checked by row and column; templates for them."""
