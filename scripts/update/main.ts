// npm run spec:update: pages of the vendor → spec → generated
import { runUpdate } from "./command.js";

process.exitCode = await runUpdate(process.argv.slice(2), { output: console.log, error: console.error });
