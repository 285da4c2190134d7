import { useState } from "preact/hooks";
import { ask } from "./server.js";
import type { Fault } from "./server.js";
import { forms } from "./try.js";
import { say, state } from "./store.js";

type NewFault = Omit<Fault, "id" | "timesLeft" | "role"> & { role?: string; times?: number | null };

/** Faults that are asked for often, by what they say on their button. */
const presets: readonly (readonly [string, NewFault])[] = [
  ["The next submit is charged, then reset", { role: "submit", failure: { kind: "reset", charged: true } }],
  ["The next submit is reset before it arrives", { role: "submit", failure: { kind: "reset-upload" } }],
  ["The next submit never gets a response", { role: "submit", failure: { kind: "hang", charged: true } }],
  [
    "The next three reads get HTTP 502",
    { role: "status", failure: { kind: "response", status: 502 }, times: 3 },
  ],
  [
    "The next three reads are told to wait (429)",
    { role: "status", failure: { kind: "response", status: 429, headers: { "retry-after": "1" } }, times: 3 },
  ],
  ["The next download ends in the middle", { role: "result", failure: { kind: "cut" } }],
  [
    "Downloads are slow (20 kB/s)",
    { role: "result", failure: { kind: "drip", bytesPerSecond: 20_000 }, times: null },
  ],
  [
    "Every response is 2 seconds late",
    { role: "any", failure: { kind: "delay", delayMs: 2000 }, times: null },
  ],
];

async function add(fault: NewFault): Promise<void> {
  const { id } = await ask<Fault>("POST", "/api/faults", fault);
  say(`Fault ${id} added`);
}

/** Faults at the press of a button, those that wait, and one to write oneself. */
export function Faults() {
  const waiting = state.value?.faults ?? [];
  const [text, setText] = useState(JSON.stringify(presets[0]![1], null, 2));
  function addOwn(event: Event): void {
    event.preventDefault();
    let fault: NewFault;
    try {
      fault = JSON.parse(text) as NewFault;
    } catch {
      return say(new Error("The fault must be JSON"));
    }
    add(fault).catch(say);
  }
  return (
    <section class="pane scroll" aria-label="Faults">
      <h2>Faults that wait</h2>
      {waiting.length === 0 && <p class="quiet">None: everything succeeds, unless a prompt has a marker.</p>}
      <ul class="waiting">
        {waiting.map((fault) => (
          <li key={fault.id}>
            <code>{JSON.stringify(fault.failure ?? { marker: fault.marker })}</code>
            <span class="quiet">
              {fault.role === "any" ? "every request" : fault.role},{" "}
              {fault.timesLeft === null ? "until removed" : `${fault.timesLeft} more`}
            </span>
            <button
              aria-label={`Remove fault ${fault.id}`}
              onClick={() => ask("DELETE", `/api/faults/${fault.id}`).catch(say)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {waiting.length > 1 && (
        <button onClick={() => ask("DELETE", "/api/faults").catch(say)}>Remove all</button>
      )}
      <h2>Add a fault</h2>
      <div class="presets">
        {presets.map(([label, fault]) => (
          <button key={label} onClick={() => add(fault).catch(say)}>
            {label}
          </button>
        ))}
      </div>
      <h2>As a marker does</h2>
      <p class="quiet">The next submit that is accepted behaves as if its prompt had this marker.</p>
      <dl class="markers">
        {Object.entries(forms.value?.markers ?? {}).map(([marker, effect]) => (
          <div key={marker}>
            <dt>
              <button onClick={() => add({ marker }).catch(say)}>{marker}</button>
            </dt>
            <dd>{effect}</dd>
          </div>
        ))}
      </dl>
      <h2>Write one</h2>
      <form onSubmit={addOwn}>
        <label for="own-fault">
          As it is sent to <code>POST /api/faults</code>
        </label>
        <textarea
          id="own-fault"
          rows={7}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button class="primary">Add</button>
      </form>
    </section>
  );
}
