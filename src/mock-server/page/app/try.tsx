import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { ask } from "./server.js";
import type { Form, FormField } from "./server.js";
import { formatBytes } from "./format.js";
import { requests, say, selected, view } from "./store.js";

/** The models' forms, and the markers, as the document and the server have them. */
export const forms = signal<Forms | undefined>(undefined);

interface Forms {
  forms: Form[];
  markers: Record<string, string>;
  authentication: { header: string; scheme: string } | null;
}

/** Reads the forms, once. */
export function readForms(): void {
  ask<Forms>("GET", "/api/forms")
    .then((found) => (forms.value = found))
    .catch(say);
}

interface Result {
  status: string;
  text: string;
}

/** A form made from the document, which sends a real request to the mock server. */
export function Try() {
  const all = forms.value?.forms ?? [];
  const [name, setName] = useState<string>();
  const [result, setResult] = useState<Result>();
  const [isSending, setIsSending] = useState(false);
  const [files, setFiles] = useState<Record<string, File[]>>({});
  const [newest, setNewest] = useState(0);
  const form = all.find(({ model }) => model === name) ?? all[0];
  if (!form) return <p class="empty">The document has no form.</p>;

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const entered = new FormData(event.target as HTMLFormElement);
    const body = new FormData();
    for (const field of form!.fields) {
      if (field.type === "file") for (const file of files[field.name] ?? []) body.append(field.name, file);
      else for (const value of readField(field, entered)) body.append(field.name, value);
    }
    const { authentication } = forms.value!;
    const key = [authentication?.scheme, String(entered.get("key to send") ?? "")].filter(Boolean).join(" ");
    setIsSending(true);
    setNewest(requests.value[0]?.ordinal ?? 0);
    try {
      const response = await fetch(`/try${form!.path}`, {
        method: form!.method,
        headers: authentication ? { [authentication.header]: key } : {},
        body,
      });
      const text = await response.text();
      setResult({ status: `HTTP ${response.headers.get("x-response-status") ?? response.status}`, text });
    } catch {
      setResult({ status: "No response", text: "The connection ended without a response." });
    } finally {
      setIsSending(false);
    }
  }

  // The list hears of it a moment after the response.
  const sent = requests.value.findLast(({ ordinal, role }) => ordinal > newest && role === "submit");
  return (
    <section class="pane scroll" aria-label="Try it">
      <form class="try" onSubmit={(event) => void send(event)} noValidate>
        <h2>Send a request</h2>
        {all.length > 1 && (
          <label>
            Model
            <select value={form.model} onChange={({ currentTarget }) => setName(currentTarget.value)}>
              {all.map(({ model }) => (
                <option key={model}>{model}</option>
              ))}
            </select>
          </label>
        )}
        <p class="quiet">
          <code>
            {form.method} {form.path}
          </code>{" "}
          {String(form.description ?? "")}
        </p>
        {form.fields.map((field) => (
          <Field
            key={`${form.model} ${field.name}`}
            field={field}
            files={files[field.name] ?? []}
            onFiles={(chosen) => setFiles({ ...files, [field.name]: chosen })}
          />
        ))}
        <label>
          API key
          <input name="key to send" value="any" autocomplete="off" />
          <span class="quiet">The mock server accepts every key, unless it was started with some.</span>
        </label>
        <div class="toolbar">
          <button class="primary" disabled={isSending}>
            {isSending ? "Sending …" : "Send"}
          </button>
          {result && sent && (
            <button
              type="button"
              onClick={() => {
                view.value = "requests";
                selected.value = sent.ordinal;
              }}
            >
              Show the request
            </button>
          )}
        </div>
        <div role="status">
          {result && (
            <>
              <h3>{result.status}</h3>
              <pre>{result.text}</pre>
            </>
          )}
        </div>
      </form>
    </section>
  );
}

/** The values entered for a field: none if it is empty, one for each line of a list. */
function readField(field: FormField, entered: FormData): string[] {
  const value = String(entered.get(field.name) ?? "");
  if (value === "") return [];
  return field.array ? value.split("\n").filter(Boolean) : [value];
}

function Field({ field, files, onFiles }: { field: FormField; files: File[]; onFiles(files: File[]): void }) {
  const { name, type, required, description, array } = field;
  const id = `field-${name}`;
  const hint = [describeBounds(field), description].filter(Boolean).join(" · ");
  return (
    <div class="field">
      <label for={id}>
        {name}
        {required && <span class="required"> required</span>}
      </label>
      {type === "file" ? (
        <Drop id={id} files={files} onFiles={onFiles} isList={array} />
      ) : (
        <Input id={id} field={field} />
      )}
      {hint && (
        <span class="quiet" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

function describeBounds({ minimum, maximum, default: standard, type, array }: FormField): string {
  const range = [
    minimum === undefined ? "" : `from ${minimum}`,
    maximum === undefined ? "" : `to ${maximum}`,
  ];
  const parts = [array && type !== "file" ? `${type}, one a line` : type, ...range];
  if (standard !== undefined) parts.push(`default ${JSON.stringify(standard)}`);
  return parts.filter(Boolean).join(" ");
}

function Input({ id, field }: { id: string; field: FormField }) {
  const { name, type, enum: values, minimum, maximum, default: standard, example, array } = field;
  const shared = { id, name, "aria-describedby": `${id}-hint` };
  const choices = values ?? (type === "boolean" ? [true, false] : undefined);
  if (choices && !array) {
    return (
      <select {...shared}>
        <option value="">(not sent)</option>
        {choices.map((value) => (
          <option key={String(value)}>{String(value)}</option>
        ))}
      </select>
    );
  }
  if (field.required || array || type === "json") return <textarea {...shared} rows={3} dir="auto" />;
  const placeholder = String(standard ?? example ?? "");
  const isNumber = type === "integer" || type === "number";
  return (
    <input
      {...shared}
      placeholder={placeholder}
      {...(isNumber
        ? {
            type: "number",
            min: String(minimum ?? ""),
            max: String(maximum ?? ""),
            step: type === "integer" ? 1 : "any",
          }
        : {})}
    />
  );
}

/** Files by drag and drop, or by a dialog. */
function Drop({
  id,
  files,
  onFiles,
  isList,
}: {
  id: string;
  files: File[];
  onFiles(files: File[]): void;
  isList: boolean;
}) {
  const [isOver, setIsOver] = useState(false);
  const take = (list: FileList | null | undefined): void => {
    const chosen = [...(list ?? [])];
    onFiles(isList ? [...files, ...chosen] : chosen.slice(0, 1));
  };
  return (
    <div
      class={`drop ${isOver ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <input
        id={id}
        type="file"
        multiple={isList}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          take(currentTarget.files);
          currentTarget.value = "";
        }}
      />
      <span class="quiet">or drop files here</span>
      {files.length > 0 && (
        <ul>
          {files.map((file, index) => (
            <li key={index}>
              <Thumbnail file={file} /> {file.name} <span class="quiet">{formatBytes(file.size)}</span>{" "}
              <button
                type="button"
                aria-label={`Remove ${file.name}`}
                onClick={() => onFiles(files.filter((other) => other !== file))}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Thumbnail({ file }: { file: File }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!/^image\/(png|jpeg|gif|webp|bmp)$/.test(file.type)) return;
    const url = URL.createObjectURL(file);
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return address === undefined ? null : <img src={address} alt="" />;
}
