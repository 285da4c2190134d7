import type { Issue } from "../input/index.js";

/** A rule of the document. */
export interface Rule {
  /** Where it stands, such as `spec/seedreamv5.yaml:41`. */
  readonly place: string;
  /** The rule as it is written there, such as `maximum: 15`. */
  readonly text: string;
  /** The change that makes the request right. */
  readonly advice: string;
}

/** The rules for one field, by keyword. */
export interface FieldRules {
  readonly place: string;
  readonly words: Readonly<Record<string, { readonly place: string; readonly value: unknown }>>;
}

/** The rules for requests, by operation and field; those for the whole body have an empty name. */
export type DocumentRules = Readonly<Record<string, Readonly<Record<string, FieldRules>>>>;

/** The keywords that can cause an issue, by its message. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\bis required\b/, "required"],
  [/field of this operation/, "additionalProperties"],
  [/(fewer|less|shorter).*characters?/, "minLength"],
  [/(more|longer).*characters?/, "maxLength"],
  [/fewer.*items?/, "minItems"],
  [/more.*items?/, "maxItems"],
  [/>=|at least/, "minimum"],
  [/<=|at most/, "maximum"],
  [/one of|allowed values|equal to/, "enum"],
  [/pattern/, "pattern"],
  [/format/, "format"],
  [/multiple/, "multipleOf"],
  [/must be (sent as )?(a |an )?(string|integer|number|boolean|array|object)/, "type"],
];
const wordsOfBody = ["required", "additionalProperties"];

/** The rule that an issue breaks; undefined if it is not found in the document. */
export function findRule(
  rules: DocumentRules,
  operation: string | undefined,
  { field, message }: Issue,
): Rule | undefined {
  const fields = rules[operation ?? ""];
  const name = field.split(".", 1)[0] ?? "";
  if (!fields) return undefined;
  // Only a pattern can have a message from the document; all other messages are known.
  const [, word = "pattern"] = words.find(([pattern]) => pattern.test(message)) ?? [];
  const owner = fields[wordsOfBody.includes(word) ? "" : name] ?? fields[""];
  const rule = owner?.words[word];
  if (!owner) return undefined;
  return {
    place: rule?.place ?? owner.place,
    text: rule ? `${word}: ${asYaml(rule.value)}` : name || "the body",
    advice: adviseOn(word, name, fields),
  };
}

function adviseOn(word: string, name: string, fields: Readonly<Record<string, FieldRules>>): string {
  const known = Object.keys(fields).filter((field) => field !== "");
  const described = fields[name]?.words.description?.value;
  const description = typeof described === "string" ? ` (${described})` : "";
  if (word === "required") return `Add ${name}${description}.`;
  if (word === "additionalProperties") return `Leave ${name} out, or use one of ${known.join(", ")}.`;
  const expected = name === "" ? "" : describe(fields[name]);
  return expected ? `Send ${name} as ${expected}.` : "Send the body as the document describes it.";
}

/** Describes the values that a field may have. */
function describe(field: FieldRules | undefined): string {
  if (!field) return "";
  const value = (word: string): string | undefined => {
    const rule = field.words[word];
    return rule === undefined ? undefined : asYaml(rule.value);
  };
  const parts = [
    value("type") ?? (field.words.enum ? "" : "a value"),
    value("enum") && `one of ${value("enum")}`,
    value("minimum") && `from ${value("minimum")}`,
    value("maximum") && `to ${value("maximum")}`,
    value("minLength") && `of at least ${value("minLength")} characters`,
    value("maxLength") && `of at most ${value("maxLength")} characters`,
    value("pattern") && `that matches ${value("pattern")}`,
  ];
  return parts.filter(Boolean).join(" ");
}

const asYaml = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(String).join(", ")}]` : String(value);
