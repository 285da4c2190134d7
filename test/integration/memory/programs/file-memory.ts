import { fileFromPath } from "../../../../src/node/index.js";
import { watchMemory } from "../../../support/peak-memory.js";

// Sends a file by the built-in fetch, and prints how many bytes arrived and how many megabytes that took.

const [path = "", url = ""] = process.argv.slice(2);
const file = await fileFromPath(path);
const peakMegabytes = watchMemory();
const megabytesBefore = peakMegabytes();
const response = await fetch(url, { method: "POST", body: file, redirect: "error" });
const megabytes = peakMegabytes() - megabytesBefore;
console.log(JSON.stringify({ sent: Number(await response.text()), megabytes }));
