import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";

interface Properties<Item> {
  items: readonly Item[];
  /** The height of each row in pixels. */
  rowHeight: number;
  label: string;
  keyOf(item: Item): number | string;
  selected: number | string | undefined;
  onSelect(item: Item): void;
  render(item: Item): ComponentChildren;
}

/** Number of rows that are drawn beyond those that can be seen. */
const spare = 6;

/** A list box that draws only the rows that can be seen; the arrow keys move the selection. */
export function VirtualList<Item>(properties: Properties<Item>) {
  const { items, rowHeight, label, keyOf, selected, onSelect, render } = properties;
  const box = useRef<HTMLDivElement>(null);
  const place = useMemo(() => signal({ top: 0, height: 600 }), []);

  useEffect(() => {
    const element = box.current!;
    const measure = (): void => {
      place.value = { top: element.scrollTop, height: element.clientHeight };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);

  const { top, height } = place.value;
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(items.length, Math.ceil((top + height) / rowHeight) + spare);
  const at = items.findIndex((item) => keyOf(item) === selected);

  function move(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = Math.min(items.length - 1, Math.max(0, wanted));
    const item = items[next];
    if (item === undefined) return;
    onSelect(item);
    const element = box.current!;
    const begin = next * rowHeight;
    if (begin < element.scrollTop) element.scrollTop = begin;
    else if (begin + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = begin + rowHeight - element.clientHeight;
    }
  }

  const isDrawn = at >= first && at < last;
  return (
    <div
      ref={box}
      class="list"
      role="listbox"
      aria-label={label}
      tabIndex={0}
      onKeyDown={move}
      {...(isDrawn ? { "aria-activedescendant": `row-${keyOf(items[at]!)}` } : {})}
    >
      <div role="presentation" style={{ height: `${items.length * rowHeight}px`, position: "relative" }}>
        {items.slice(first, last).map((item, index) => (
          <div
            key={keyOf(item)}
            id={`row-${keyOf(item)}`}
            class="row"
            role="option"
            aria-selected={keyOf(item) === selected}
            aria-posinset={first + index + 1}
            aria-setsize={items.length}
            style={{ height: `${rowHeight}px`, transform: `translateY(${(first + index) * rowHeight}px)` }}
            onClick={() => onSelect(item)}
          >
            {render(item)}
          </div>
        ))}
      </div>
    </div>
  );
}
