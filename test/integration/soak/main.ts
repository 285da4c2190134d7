// `npm run soak -- [generations] [seed]`: the long form of the soak test.
import { soak } from "./soak.js";

const [generations = 2000, seed = 1, ...more] = process.argv.slice(2).map(Number);
if (!(Number.isInteger(generations) && generations > 0 && Number.isInteger(seed)) || more.length > 0) {
  console.error("Usage: npm run soak -- [generations] [seed], both whole numbers");
  process.exit(2);
}
const started = performance.now();
const report = await soak({ generations, seed, concurrency: 100 });
console.log({ generations, seed, seconds: Math.round((performance.now() - started) / 1000), ...report });
process.exitCode = report.faults.length > 0 ? 1 : 0;
