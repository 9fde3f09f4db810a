// For --require: what the name server of a test says of its names. The others are asked for as ever.
const dns = require("node:dns");

const ADDRESSES = { "several.example": ["127.0.0.2", "127.0.0.1"] };
const SILENT = "hangs.example";
const { lookup } = dns;

dns.lookup = (host, options, answer = options) => {
  const addresses = ADDRESSES[host]?.map((address) => ({ address, family: 4 }));
  if (host === SILENT) process.stdout.write(`asked for ${host}\n`);
  else if (addresses === undefined) lookup(host, options, answer);
  else process.nextTick(answer, null, options.all ? addresses : addresses[0].address, 4);
};
