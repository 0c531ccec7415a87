// A Bot API server that others wrote, on a free port: it prints the port, and ends with its standard input.
"use strict";

const TelegramServer = require("telegram-test-api");

const listener = new TelegramServer().webServer.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${listener.address().port}\n`);
});
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
