/** The calls that one `generateImage` makes of a model at the same time: if one fails, the SDK drops what the others get. */
export interface GroupedCall {
  /** Its place among the calls of the group, from 0: that of a call which has thrown, if this one repeats it. */
  readonly index: number;
  /** Reports that this call has a task; without an id, that it has none and never will. */
  submitted(taskid?: string): void;
  /** This call's task, once there is one. */
  readonly taskid: string | undefined;
  /** The tasks of the group, this call's first. */
  readonly taskids: readonly string[];
  /** Waits until no other call of the group is submitting any more. */
  othersSubmitted(): Promise<void>;
  /** Reports that this call has no images; resolves to whether another call of the group has some, once all have ended. */
  withoutImages(): Promise<boolean>;
  /** Ends this call: it returned, or it threw. */
  end(hasReturned: boolean): void;
  /** Calls the listener once: with true when all calls have returned, or with false as soon as one has thrown. */
  onEnd(listener: (haveReturned: boolean) => void): void;
}

interface Call {
  readonly index: number;
  readonly images: number;
  taskid: string | undefined;
  submitted: Promise<void>;
  state: "open" | "waiting" | "returned" | "thrown" | "ended" | "repeated";
}

interface Group {
  calls: Call[];
  ended: Promise<boolean>;
  resolveEnded: (hasImages: boolean) => void;
  hasFailed: boolean;
  listeners: ((haveReturned: boolean) => void)[];
}

/**
 * Finds the calls that belong together: the SDK makes one object of headers for each `generateImage`, and passes it to
 * every call. A call without headers is a group of its own.
 */
export function createCallGroups(): (headers: object | undefined, images: number) => GroupedCall {
  const groups = new WeakMap<object, Group>();

  return (headers = {}, images) => {
    const group = groups.get(headers) ?? createGroup();
    groups.set(headers, group);
    let resolveSubmitted: () => void = () => {};
    const submitted = new Promise<void>((resolve) => (resolveSubmitted = resolve));
    // A middleware that repeats a failed call means the same images, whether other calls of the group go on or have ended.
    const alike = group.calls.filter((other) => other.images === images);
    const repeated =
      alike.find(({ state }) => state === "thrown") ?? alike.find(({ state }) => state === "ended");
    if (repeated) repeated.state = "repeated";
    const index = repeated?.index ?? new Set(group.calls.map((other) => other.index)).size;
    const call: Call = { index, images, taskid: undefined, submitted, state: "open" };
    group.calls.push(call);

    /** Notifies the calls that wait for the end of the group, once all have ended. */
    const settle = (): void => {
      if (group.calls.some(({ state }) => state === "open")) return;
      group.resolveEnded(group.calls.some(({ state }) => state === "returned"));
      if (group.calls.some(({ state }) => state === "waiting")) return;
      notify(group);
      if (!group.calls.some(({ state }) => state === "thrown")) return void groups.delete(headers);
      for (const other of group.calls) if (other.state === "returned") other.state = "ended";
    };
    return {
      index,
      submitted(taskid) {
        call.taskid ??= taskid;
        resolveSubmitted();
      },
      get taskid() {
        return call.taskid;
      },
      get taskids() {
        const all = [call, ...group.calls].flatMap(({ taskid }) => taskid ?? []);
        return [...new Set(all)];
      },
      async othersSubmitted() {
        resolveSubmitted();
        // The SDK starts its calls one after the other: the last may not have begun yet.
        await new Promise((resolve) => setTimeout(resolve));
        await Promise.all(group.calls.map((other) => other.submitted));
      },
      withoutImages() {
        call.state = "waiting";
        settle();
        return group.ended;
      },
      end(hasReturned) {
        resolveSubmitted();
        call.state = hasReturned ? "returned" : "thrown";
        group.hasFailed ||= !hasReturned;
        if (group.hasFailed) notify(group);
        settle();
      },
      onEnd(listener) {
        group.listeners.push(listener);
        if (group.hasFailed) notify(group);
      },
    };
  };
}

function createGroup(): Group {
  let resolveEnded: Group["resolveEnded"] = () => {};
  const ended = new Promise<boolean>((resolve) => (resolveEnded = resolve));
  return { calls: [], ended, resolveEnded, hasFailed: false, listeners: [] };
}

function notify(group: Group): void {
  for (const listener of group.listeners.splice(0)) listener(!group.hasFailed);
}
