// Is the document one that OpenAPI 3.1 allows? Prints what is wrong with it.
import parser from "@readme/openapi-parser";
import fs from "node:fs";

try {
  await parser.validate(JSON.parse(fs.readFileSync(process.argv[2], "utf8")));
} catch (reason) {
  console.log(String(reason).slice(0, 4000));
  process.exit(1);
}
