import { ratioOf } from "./report.js";
import type { Result } from "./report.js";
import { baseline, ours, workloads } from "./workloads.js";

/** The content of the chart: the measure by which each kind of work is compared first. */
const panels = [
  { name: "submit", key: "cpuMsPerRequest", title: "Submit of text: CPU" },
  { name: "submit-64", key: "cpuMsPerRequest", title: "Submit of text, 64 at once: CPU" },
  { name: "poll", key: "cpuMsPerRequest", title: "Status poll: CPU" },
  { name: "files", key: "cpuMsPerMegabyte", title: "14 × 10 MiB in memory: CPU" },
  { name: "disk-1-gib", key: "cpuMsPerMegabyte", title: "1 GiB from disk: CPU" },
  { name: "disk-1-gib", key: "peakRssMb", title: "1 GiB from disk: peak memory" },
  { name: "waits", key: "peakRssMb", title: "10,000 waits: peak memory" },
  { name: "download", key: "cpuMsPerMegabyte", title: "Download of 10 MiB: CPU" },
];

const margin = 20;
const panelWidth = 445;
const nameWidth = 192;
const barWidth = 200;
const barHeight = 15;
const panelTitle = 26;
const top = 52;
const longest = 2.5;

/** Bars for each client and kind of work: costs as ratios to built-in fetch, with the names beside them. */
export function chart(results: readonly Result[]): string {
  const drawn = panels.flatMap(({ name, key, title }) => {
    const result = results.find((each) => each.name === name);
    const peers = workloads.find((each) => each.name === name)?.peers ?? [];
    if (!result) return [];
    const bars = peers
      .map((peer) => ({ peer, ratio: ratioOf(result, peer, key) }))
      .filter(({ ratio }) => Number.isFinite(ratio))
      .sort((one, other) => one.ratio - other.ratio);
    return [{ title, bars }];
  });
  let y = top;
  const parts: string[] = [];
  for (let index = 0; index < drawn.length; index += 2) {
    const row = drawn.slice(index, index + 2);
    row.forEach(({ title, bars }, column) => {
      const x = margin + column * (panelWidth + margin);
      parts.push(`<g transform="translate(${x} ${y})">`, `<text class="title" y="14">${title}</text>`);
      parts.push(...bars.map(drawBar), "</g>");
    });
    y += panelTitle + Math.max(...row.map(({ bars }) => bars.length)) * barHeight + 18;
  }
  const width = 2 * panelWidth + 3 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="Costs of each client as ratios to built-in fetch">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .paper { fill: #fff; stroke: #d1d9e0 }
.title, .ours { font-weight: 600 } .title { font-size: 13px } .name { text-anchor: end }
rect.bar { fill: #8c959f } rect.ours { fill: #1f6feb } rect.one { fill: #57606a }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .paper { fill: #0d1117; stroke: #30363d } rect.bar { fill: #6e7681 } rect.ours { fill: #4493f8 } rect.one { fill: #b1bac4 }
}
</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${y - 1}" rx="6"/>
<text class="title" x="${margin}" y="30">Cost as a ratio to built-in fetch: shorter is better</text>
${parts.join("\n")}
</svg>
`;
}

function drawBar({ peer, ratio }: { peer: string; ratio: number }, index: number): string {
  const y = panelTitle + index * barHeight;
  const length = ((Math.min(ratio, longest) / longest) * barWidth).toFixed(1);
  const kind = peer.startsWith(ours) ? "ours" : peer === baseline ? "one" : "";
  return (
    `<text class="name ${kind}" x="${nameWidth}" y="${y + 4}">${peer}</text>` +
    `<rect class="bar ${kind}" x="${nameWidth + 8}" y="${y - 5}" width="${length}" height="10" rx="2"/>` +
    `<text class="${kind}" x="${nameWidth + 14 + Number(length)}" y="${y + 4}">${ratio.toFixed(2)}${ratio > longest ? " →" : ""}</text>`
  );
}
