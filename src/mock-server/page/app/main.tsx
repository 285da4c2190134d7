import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Details } from "./details.js";
import { Faults } from "./faults.js";
import { count } from "./format.js";
import { Ledger } from "./ledger.js";
import { connect, isLive, message, say, selected, state, view } from "./store.js";
import { Tabs } from "./tabs.js";
import { Timeline } from "./timeline.js";
import { readForms, Try } from "./try.js";

const theme = signal(readTheme());

function readTheme(): string {
  try {
    return localStorage.getItem("theme") ?? "auto";
  } catch {
    return "auto"; // a browser may refuse to remember anything
  }
}

function switchTheme(): void {
  theme.value = { auto: "light", light: "dark" }[theme.value] ?? "auto";
  try {
    localStorage.setItem("theme", theme.value);
  } catch {
    say("The browser does not remember the theme");
  }
}

function App() {
  useEffect(() => {
    connect();
    readForms();
    const close = (event: KeyboardEvent): void => {
      if (event.key === "Escape") selected.value = undefined;
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, []);
  useEffect(() => {
    document.documentElement.dataset.theme = theme.value;
  }, [theme.value]);
  const faults = state.value?.faults.length ?? 0;
  const isOpen = view.value === "requests" && selected.value !== undefined;
  return (
    <>
      <header class="top">
        <h1>Mock server</h1>
        <span class={isLive.value ? "live" : "live lost"} role="status">
          {isLive.value ? "live" : "reconnecting"}
        </span>
        <code class="address">{state.value?.url}</code>
        <span class="summary quiet">
          {count(state.value?.charged ?? 0, "image")} charged
          {state.value &&
            state.value.creditsLeft !== null &&
            `, ${count(state.value.creditsLeft, "credit")} left`}
        </span>
        <button class="theme" onClick={switchTheme}>
          Theme: {theme.value}
        </button>
      </header>
      <main>
        <Tabs
          label="Views"
          id="view"
          selected={view.value}
          onSelect={(name) => (view.value = name)}
          tabs={[
            ["requests", "Requests"],
            ["try", "Try it"],
            ["faults", faults > 0 ? `Faults (${faults})` : "Faults"],
            ["ledger", "Ledger"],
          ]}
        />
        <div
          id="view-panel"
          role="tabpanel"
          aria-labelledby={`view-${view.value}`}
          class={isOpen ? "view open" : "view"}
        >
          {view.value === "requests" && <Timeline />}
          {view.value === "try" && <Try />}
          {view.value === "faults" && <Faults />}
          {view.value === "ledger" && <Ledger />}
          {isOpen && (
            <aside aria-label="Details">
              <Details ordinal={selected.value!} />
            </aside>
          )}
        </div>
      </main>
      <p class="message" role="status" aria-live="polite" hidden={message.value === ""}>
        {message.value}
        {message.value !== "" && (
          <button class="link" onClick={() => say("")}>
            Close
          </button>
        )}
      </p>
    </>
  );
}

render(<App />, document.getElementById("app")!);
