// Runs the activity and the workflow of the guide as Temporal's worker does, without its server. Copied beside them.
import { writeFile } from "node:fs/promises";
import { defaultPayloadConverter } from "@temporalio/common";
import proto from "@temporalio/proto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { makeImages } from "./activities.js";

const logger = new DefaultLogger("ERROR");
Runtime.install({ logger });
const here = (name) => new URL(name, import.meta.url).pathname;
const results = {};

let heartbeats = 0;
const runActivity = (key) => {
  const environment = new MockActivityEnvironment();
  environment.on("heartbeat", () => heartbeats++);
  return { environment, saved: environment.run(makeImages, key, "a red fox") };
};
results.saved = [await runActivity("order-1").saved];
results.heartbeats = heartbeats;
results.saved.push(await runActivity("order-1").saved);
const { environment, saved } = runActivity("order-2");
environment.once("heartbeat", () => environment.cancel("CANCELLED"));
results.cancelled = await saved.catch((error) => error.name);

// What the workflow is to ask of the server, told to nobody but this program: a history does not check it.
await writeFile(
  here("interceptors.js"),
  `export const interceptors = () => ({
    outbound: [{
      scheduleActivity(input, next) {
        const { options: { heartbeatTimeout, retry }, args: [key] } = input;
        if (!heartbeatTimeout || retry?.maximumAttempts !== 1 || key !== "order-1")
          throw new Error(JSON.stringify(input));
        return next(input);
      },
    }],
  });`,
);
const workflowBundle = await bundleWorkflowCode({
  workflowsPath: here("workflow.js"),
  workflowInterceptorModules: [here("interceptors.js")],
  logger,
});
const replay = async (activity) => {
  const { History } = proto.temporal.api.history.v1;
  return Worker.runReplayHistory({ workflowBundle }, History.fromObject(historyOf(activity)), "order-1");
};
results.workflow = await replay("makeImages").then(() => "replayed");
results.another = await replay("another").catch((error) => error.message);
console.log(JSON.stringify(results));
process.exit();

/** A run of the workflow that had one activity, as a server would have written it. */
function historyOf(activity) {
  const payloads = (...values) => ({
    payloads: values.map((value) => defaultPayloadConverter.toPayload(value)),
  });
  const taskQueue = { name: "images", kind: "TASK_QUEUE_KIND_NORMAL" };
  const runId = "6f3b1c1e-0000-4000-8000-000000000000";
  const scheduled = ["WORKFLOW_TASK_SCHEDULED", { taskQueue, startToCloseTimeout: { seconds: 10 } }];
  // The first flag: that the activity's name and id are compared.
  const sdkMetadata = { coreUsedFlags: [1] };
  const events = [
    [
      "WORKFLOW_EXECUTION_STARTED",
      {
        workflowType: { name: "images" },
        workflowId: "order-1",
        taskQueue,
        input: payloads("a red fox"),
        workflowTaskTimeout: { seconds: 10 },
        originalExecutionRunId: runId,
        firstExecutionRunId: runId,
        attempt: 1,
      },
    ],
    scheduled,
    ["WORKFLOW_TASK_STARTED", { scheduledEventId: 2 }],
    ["WORKFLOW_TASK_COMPLETED", { scheduledEventId: 2, startedEventId: 3, sdkMetadata }],
    [
      "ACTIVITY_TASK_SCHEDULED",
      {
        activityId: "1",
        activityType: { name: activity },
        taskQueue,
        input: payloads("order-1", "a red fox"),
        workflowTaskCompletedEventId: 4,
      },
    ],
    ["ACTIVITY_TASK_STARTED", { scheduledEventId: 5, attempt: 1 }],
    ["ACTIVITY_TASK_COMPLETED", { scheduledEventId: 5, startedEventId: 6, result: payloads(["1.png"]) }],
    scheduled,
    ["WORKFLOW_TASK_STARTED", { scheduledEventId: 8 }],
    ["WORKFLOW_TASK_COMPLETED", { scheduledEventId: 8, startedEventId: 9 }],
    ["WORKFLOW_EXECUTION_COMPLETED", { result: payloads(["1.png"]), workflowTaskCompletedEventId: 10 }],
  ];
  const attributesOf = (name) =>
    `${name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase())}EventAttributes`;
  return {
    events: events.map(([name, attributes], index) => ({
      eventId: index + 1,
      eventTime: { seconds: 1_790_000_000 },
      eventType: `EVENT_TYPE_${name}`,
      [attributesOf(name)]: attributes,
    })),
  };
}
