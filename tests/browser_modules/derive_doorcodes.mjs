// Derives the temporary codes of a list of issues on standard input, for whoever wants to compare: [[key, lock, epoch, d, cls, bucket, index]…].
import { readFileSync } from "node:fs";
import { unhex } from "../../src/limen/web/static/courier/bytes.js";
import { temporaryCode } from "../../src/limen/web/static/courier/doorcodes.js";

const codes = [];
for (const [key, lock, epoch, d, cls, bucket, index] of JSON.parse(readFileSync(0, "utf8"))) {
  codes.push(await temporaryCode({ key: unhex(key), lockId: unhex(lock), epoch, d, cls, bucket, index }));
}
process.stdout.write(JSON.stringify(codes));
