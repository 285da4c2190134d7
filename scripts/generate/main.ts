// npm run generate [-- --check] [--json]: spec → generated
import { generate } from "./command.js";

process.exitCode = await generate(process.argv.slice(2), console.error, console.log);
