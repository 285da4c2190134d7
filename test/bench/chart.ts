import { ratioOf } from "./report.js";
import type { Result } from "./report.js";
import { ours, workloads } from "./workloads.js";

/** What the chart shows: the measure by which each kind of work is judged first. */
const rows = [
  { name: "submit", key: "cpuMsPerRequest", title: "Submit of text: CPU" },
  { name: "submit-64", key: "cpuMsPerRequest", title: "Submit of text, 64 at once: CPU" },
  { name: "poll", key: "cpuMsPerRequest", title: "Status poll: CPU" },
  { name: "files", key: "cpuMsPerMegabyte", title: "14 × 10 MiB in memory: CPU" },
  { name: "disk-1-gib", key: "cpuMsPerMegabyte", title: "1 GiB from disk: CPU" },
  { name: "disk-1-gib", key: "peakRssMb", title: "1 GiB from disk: peak RSS" },
  { name: "waits", key: "peakRssMb", title: "10,000 waits: peak RSS" },
  { name: "download", key: "cpuMsPerMegabyte", title: "Download of 10 MiB: CPU" },
];

const width = 760;
const left = 240;
const right = 30;
const rowHeight = 34;
const top = 64;
const longest = 2.5;

/** A dot for each client on a line for each kind of work: costs as ratios to built-in fetch, less is better. */
export function chart(results: readonly Result[]): string {
  const shown = rows.flatMap((row) => {
    const result = results.find(({ name }) => name === row.name);
    return result ? [{ ...row, result }] : [];
  });
  const height = top + shown.length * rowHeight + 36;
  const bottom = height - 30;
  const axis = [0, 0.5, 1, 1.5, 2, 2.5].map(
    (ratio) =>
      `<line class="${ratio === 1 ? "one" : "grid"}" x1="${x(ratio)}" x2="${x(ratio)}" y1="${top - 8}" y2="${bottom}"/>` +
      `<text class="axis" x="${x(ratio)}" y="${bottom + 18}">${ratio === longest ? `≥ ${ratio}` : ratio}</text>`,
  );
  const lines = shown.map(({ title, result, key }, index) => {
    const y = top + index * rowHeight + rowHeight / 2;
    const others = workloads.find(({ name }) => name === result.name)?.peers ?? [];
    const dots = [...others.filter((peer) => peer !== ours), ours].map((peer) => {
      const ratio = ratioOf(result, peer, key);
      const label = `<title>${peer}: ${ratio.toFixed(2)}</title>`;
      return `<circle class="${peer === ours ? "ours" : "peer"}" cx="${x(ratio)}" cy="${y}" r="${peer === ours ? 7 : 4.5}">${label}</circle>`;
    });
    return `<text class="row" x="${left - 16}" y="${y + 4}">${title}</text>${dots.join("")}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Costs as ratios to built-in fetch">
<style>
text { font: 13px system-ui, sans-serif; fill: #57606a }
.row { text-anchor: end } .axis { text-anchor: middle; font-size: 12px }
.grid { stroke: #8b949e; stroke-opacity: 0.25 } .one { stroke: #8b949e; stroke-dasharray: 4 3 }
.ours { fill: #1f6feb } .peer { fill: #8b949e; fill-opacity: 0.7 }
</style>
<text x="${left}" y="20">Cost as a ratio to built-in fetch (1); further left is better</text>
<circle class="ours" cx="${left + 7}" cy="38" r="7"/><text x="${left + 20}" y="42">${ours}</text>
<circle class="peer" cx="${left + 160}" cy="38" r="4.5"/><text x="${left + 172}" y="42">other clients</text>
${[...axis, ...lines].join("\n")}
</svg>
`;
}

function x(ratio: number): string {
  const share = Math.min(ratio, longest) / longest;
  return (left + share * (width - left - right)).toFixed(1);
}
