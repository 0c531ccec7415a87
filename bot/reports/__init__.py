"""What the ward hands on: figures, and later documents, charts and QR codes."""
