import { useRef } from "preact/hooks";
import { say } from "./store.js";

/** A text that is meant to be copied, and a button that does it. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const block = useRef<HTMLPreElement>(null);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      say(`${label} copied`);
    } catch {
      // Without a secure context there is no clipboard: the text is selected, to be copied by hand.
      getSelection()?.selectAllChildren(block.current!);
      say(`${label} selected; press Ctrl+C to copy it`);
    }
  }
  return (
    <div class="copyable">
      <button onClick={() => void copy()}>Copy {label}</button>
      <pre ref={block} tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
