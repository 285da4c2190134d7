import type { ComponentChildren } from "preact";

interface Properties<Name extends string> {
  label: string;
  /** The name of each tab, and its text. */
  tabs: readonly (readonly [Name, ComponentChildren])[];
  selected: Name;
  onSelect(name: Name): void;
  /** Begins the ids of the tabs and of the panel. */
  id: string;
}

/** A row of tabs; the arrow keys move between them. */
export function Tabs<Name extends string>({ label, tabs, selected, onSelect, id }: Properties<Name>) {
  function move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = tabs.findIndex(([name]) => name === selected);
    const [next] = tabs[(at + step + tabs.length) % tabs.length]!;
    onSelect(next);
    document.getElementById(`${id}-${next}`)?.focus();
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(([name, text]) => (
        <button
          key={name}
          id={`${id}-${name}`}
          role="tab"
          aria-selected={name === selected}
          {...(name === selected ? { "aria-controls": `${id}-panel` } : {})}
          tabIndex={name === selected ? 0 : -1}
          onClick={() => onSelect(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** The panel of the tab that is selected. */
export function Panel({ id, name, children }: { id: string; name: string; children: ComponentChildren }) {
  return (
    <div class="panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${name}`} tabIndex={0}>
      {children}
    </div>
  );
}
