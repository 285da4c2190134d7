import { useEffect, useState } from "preact/hooks";
import { count, formatTime } from "./format.js";
import { ask } from "./server.js";
import type { MockCharge } from "./server.js";
import { say, selected, state, tasks, view } from "./store.js";
import { VirtualList } from "./virtual-list.js";

/** The charges, the credits that are left, the clock, and a fresh start. */
export function Ledger() {
  const [charges, setCharges] = useState<MockCharge[]>([]);
  const total = state.value?.charges;
  useEffect(() => {
    ask<{ charges: MockCharge[] }>("GET", "/api/ledger")
      .then((found) => setCharges(found.charges.reverse()))
      .catch(say);
  }, [total]);
  const { creditsLeft = null, charged = 0, clockOffsetMs = 0 } = state.value ?? {};
  return (
    <section class="pane ledger" aria-label="Ledger">
      <div class="cards">
        <form
          class="card"
          onSubmit={(event) => {
            event.preventDefault();
            const text = String(new FormData(event.currentTarget).get("credits"));
            ask("POST", "/api/credits", { credits: text === "" ? null : Number(text) })
              .then(() => say("Credits set"))
              .catch(say);
          }}
        >
          <h2>Credits</h2>
          <p class="figure">{creditsLeft === null ? "no limit" : creditsLeft.toLocaleString("en")}</p>
          <div class="toolbar">
            <input
              name="credits"
              type="number"
              min="0"
              aria-label="Credits left; empty for no limit"
              placeholder="no limit"
            />
            <button>Set</button>
          </div>
        </form>
        <div class="card">
          <h2>Clock</h2>
          <p class="figure">
            {clockOffsetMs === 0 ? "now" : `+${(clockOffsetMs / 1000).toLocaleString("en")} s`}
          </p>
          <div class="toolbar">
            {([1_000, 60_000, 86_400_000] as const).map((forwardMs, index) => (
              <button
                key={forwardMs}
                onClick={() =>
                  ask("POST", "/api/clock", { forwardMs })
                    .then(() => say("Clock moved forward"))
                    .catch(say)
                }
              >
                {["+1 s", "+1 min", "+1 day"][index]}
              </button>
            ))}
          </div>
        </div>
        <div class="card">
          <h2>Start again</h2>
          <p class="quiet">Forgets every request, task, charge and fault.</p>
          <div class="toolbar">
            <button
              class="danger"
              onClick={() =>
                ask("POST", "/api/reset", {})
                  .then(() => {
                    selected.value = undefined;
                    say("Reset");
                  })
                  .catch(say)
              }
            >
              Reset
            </button>
          </div>
        </div>
      </div>
      <h2>
        {count(total ?? 0, "charge")}, {count(charged, "image")}
      </h2>
      {charges.length === 0 ? (
        <p class="quiet">Nothing was charged.</p>
      ) : (
        <VirtualList
          items={charges}
          rowHeight={40}
          label="Charges, newest first"
          keyOf={({ taskid }) => taskid}
          selected={undefined}
          onSelect={({ taskid }) => {
            const submit = tasks.value.get(taskid)?.submit;
            if (submit === undefined) return;
            view.value = "requests";
            selected.value = submit;
          }}
          render={(charge) => (
            <div class="line">
              <span class="quiet">{formatTime(charge.at)}</span>
              <span class="title">{charge.taskid}</span>
              <span class="wide quiet">{charge.model}</span>
              <span class="charge">{count(charge.images, "image")}</span>
            </div>
          )}
        />
      )}
    </section>
  );
}
