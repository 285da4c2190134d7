import { envelope, refusal } from "./response.js";
import type { PlannedResponse } from "./response.js";
import type { MockFailure } from "./failure.js";

/** The ways in which a task differs from others. */
export interface TaskFate {
  readonly fails?: boolean;
  readonly slow?: boolean;
  readonly stuck?: boolean;
  readonly unknownStatus?: boolean;
  /** The submit's response already has the first image's URL. */
  readonly instant?: boolean;
  /** The URLs that are given out first have expired. */
  readonly expired?: boolean;
  /** The failure of every download of its images. */
  readonly download?: MockFailure;
}

const page = "<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>";
const html = { "content-type": "text/html" };

/** The effect of a marker: it refuses the submit, disturbs its response, or changes the task. */
interface Effect {
  /** The effect in a sentence. */
  readonly effect: string;
  readonly refusal?: () => PlannedResponse;
  readonly failure?: MockFailure;
  readonly fate?: TaskFate;
}

const markers = {
  refuse: {
    effect: "The submit is refused with the service's code for failures.",
    refusal: () => refusal("refused, as the prompt asks"),
  },
  "insufficient-credits": {
    effect: "The submit is refused because the credits are used up.",
    refusal: () => envelope("insufficientCredits", "insufficient credits, as the prompt asks"),
  },
  unauthorized: {
    effect: "The key is refused with HTTP 401.",
    refusal: () => refusal("the key is not known, as the prompt asks", 401),
  },
  "rate-limit": {
    effect: "The submit is refused with HTTP 429 and Retry-After: 1.",
    refusal: () => refusal("too many requests, as the prompt asks", 429, { "retry-after": "1" }),
  },
  "server-error": {
    effect: "The submit is carried out and charged, but the response is HTTP 502 with a page.",
    failure: { kind: "response", status: 502, headers: html, body: page, charged: true },
  },
  html: {
    effect: "The submit is carried out and charged, but the response is a page at HTTP 200.",
    failure: { kind: "response", headers: html, body: page, charged: true },
  },
  empty: {
    effect: "The submit is carried out and charged, but the response is empty at HTTP 200.",
    failure: { kind: "response", charged: true },
  },
  reset: {
    effect: "The submit is carried out and charged, but the connection is reset instead of a response.",
    failure: { kind: "reset", charged: true },
  },
  cut: {
    effect: "The submit is carried out and charged, but its response ends in the middle.",
    failure: { kind: "cut" },
  },
  hang: {
    effect: "The submit is carried out and charged, but there is never a response.",
    failure: { kind: "hang", charged: true },
  },
  "slow-response": {
    effect: "The response comes after 10 seconds.",
    failure: { kind: "delay", delayMs: 10_000 },
  },
  instant: { effect: "The submit's response already has the first image's URL.", fate: { instant: true } },
  slow: { effect: "The task takes ten times as long.", fate: { slow: true } },
  stuck: { effect: "The task is never completed.", fate: { stuck: true } },
  "task-failed": { effect: "The task ends as failed.", fate: { fails: true } },
  "unknown-status": {
    effect: "The task ends with a status that the document does not name.",
    fate: { unknownStatus: true },
  },
  "expired-url": {
    effect: "The URLs that are given out first have expired; reading the task again gives good ones.",
    fate: { expired: true },
  },
  "missing-image": {
    effect: "The images cannot be found: HTTP 404.",
    fate: { download: { kind: "response", status: 404 } },
  },
  "truncated-image": { effect: "The images end in the middle.", fate: { download: { kind: "cut" } } },
  "slow-download": {
    effect: "The images come at 20 kilobytes a second.",
    fate: { download: { kind: "drip", bytesPerSecond: 20_000 } },
  },
} as const satisfies Record<string, Effect>;

/** The name of a marker, as it is written in a prompt after `mock:`. */
export type MockMarker = keyof typeof markers;

/**
 * The effect of each marker: `[mock:name]` anywhere in a prompt makes that submit, its task or its images fail.
 *
 * Several markers in one prompt are combined; of those that refuse the submit, or that disturb its response, only the first
 * one has an effect. An unknown marker is refused.
 *
 * @example
 * await client.generate("seedreamv5", { prompt: "a red fox [mock:slow] [mock:task-failed]" });
 */
export const mockMarkers: Readonly<Record<MockMarker, string>> = Object.fromEntries(
  Object.entries(markers).map(([name, { effect }]) => [name, effect]),
) as Record<MockMarker, string>;

/** The effects of all markers of a prompt. */
export interface MarkedPrompt {
  readonly unknown: string[];
  readonly refusal: PlannedResponse | undefined;
  readonly failure: MockFailure | undefined;
  readonly fate: TaskFate;
}

/** Reads the markers in a prompt, and `more` by their names. */
export function readMarkers(prompt: string, more: readonly string[] = []): MarkedPrompt {
  const names = [...[...prompt.matchAll(/\[mock:([^\]]*)\]/g)].map(([, name = ""]) => name), ...more];
  const known = names.filter((name): name is MockMarker => Object.hasOwn(markers, name));
  const effects: Effect[] = known.map((name) => markers[name]);
  return {
    unknown: names.filter((name) => !Object.hasOwn(markers, name)),
    refusal: effects.find(({ refusal }) => refusal)?.refusal?.(),
    failure: effects.find(({ failure }) => failure)?.failure,
    fate: Object.assign({}, ...effects.map(({ fate }) => fate)) as TaskFate,
  };
}
