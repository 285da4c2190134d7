import { useEffect, useRef, useState } from "preact/hooks";
import { BytesView } from "./bytes-view.js";
import { Copyable } from "./copy.js";
import { count, formatBytes, formatDuration, formatTime } from "./format.js";
import { ask } from "./server.js";
import type { PartView, RequestDetails } from "./server.js";
import { requests, say, selected, tasks } from "./store.js";
import { Panel, Tabs } from "./tabs.js";
import { Ending, Steps } from "./timeline.js";

type Tab = "overview" | "request" | "bytes" | "response" | "code";
const tabs = [
  ["overview", "Overview"],
  ["request", "Request"],
  ["bytes", "Bytes"],
  ["response", "Response"],
  ["code", "Code"],
] as const;

/** One request, opened. */
export function Details({ ordinal }: { ordinal: number }) {
  const [details, setDetails] = useState<RequestDetails>();
  const [tab, setTab] = useState<Tab>("overview");
  const heading = useRef<HTMLHeadingElement>(null);
  // It is read again whenever its row has changed, and when something has happened to its task.
  const row = requests.value.find((request) => request.ordinal === ordinal);
  useEffect(() => {
    let isWanted = true;
    ask<RequestDetails>("GET", `/api/requests/${ordinal}`)
      .then((found) => isWanted && setDetails(found))
      .catch(say);
    return () => void (isWanted = false);
  }, [ordinal, row]);

  if (details?.ordinal !== ordinal) return <p class="empty">Reading request #{ordinal} …</p>;
  return (
    <article class="details" aria-label={`Request ${ordinal}`}>
      <header>
        <button class="back" onClick={() => (selected.value = undefined)}>
          Close
        </button>
        <h2 ref={heading} tabIndex={-1}>
          <span class="number">#{ordinal}</span> {details.method} <span class="path">{details.path}</span>
        </h2>
        <p class="quiet facts">
          <Ending request={details} />
          <span>{formatTime(details.at)}</span>
          {details.state !== "open" && <span>{formatDuration(details.durationMs)}</span>}
          <span>{formatBytes(details.bodyBytes)}</span>
          <span>{details.charged > 0 ? `charged ${count(details.charged, "image")}` : "not charged"}</span>
        </p>
      </header>
      <Tabs
        label="Parts of the request"
        id="details"
        tabs={tabs}
        selected={tab}
        onSelect={(name) => setTab(name)}
      />
      <Panel id="details" name={tab}>
        {tab === "overview" && <Overview details={details} />}
        {tab === "request" && <Request details={details} />}
        {tab === "bytes" && <BytesView ordinal={ordinal} {...details.body} />}
        {tab === "response" && <Response details={details} />}
        {tab === "code" && (
          <>
            <Copyable label="cURL" text={details.curl} />
            {details.typescript !== undefined && <Copyable label="TypeScript" text={details.typescript} />}
          </>
        )}
      </Panel>
    </article>
  );
}

function Overview({ details }: { details: RequestDetails }) {
  const { problems, warningTexts, failureDetails, taskid } = details;
  return (
    <>
      {problems.map(({ text, rule }) => (
        <div key={text} class="problem">
          <p>
            <strong>Does not match the document:</strong> {text}
          </p>
          {rule && (
            <>
              <p>
                <code>{rule.text}</code> in <code>{rule.place}</code>
              </p>
              <p>{rule.advice}</p>
            </>
          )}
        </div>
      ))}
      {warningTexts.map((text) => (
        <p key={text} class="warning">
          <strong>Warning:</strong> {text}
        </p>
      ))}
      {failureDetails && (
        <p class="warning">
          <strong>Affected by a fault:</strong> <code>{JSON.stringify(failureDetails)}</code>
        </p>
      )}
      {details.prompt !== undefined && (
        <p class="prompt" dir="auto">
          {details.prompt}
        </p>
      )}
      {taskid !== undefined && <Task taskid={taskid} />}
      {details.response.text !== undefined && (
        <pre tabIndex={0} role="region" aria-label="Response">
          {pretty(details.response.text)}
        </pre>
      )}
      {details.state === "broken" && <p>The connection ended before the response was complete.</p>}
    </>
  );
}

/** A task, its requests and its pictures. */
function Task({ taskid }: { taskid: string }) {
  const task = tasks.value.get(taskid);
  if (!task) return <p class="quiet">Task {taskid} is no longer kept.</p>;
  const related = requests.value.filter((request) => request.taskid === taskid);
  return (
    <section aria-label="Task">
      <h3>
        Task <code>{taskid}</code>
      </h3>
      <p class="facts">
        <span>submitted</span>
        <Steps task={task} />
        <span class="quiet">
          {count(task.reads, "read")}, {task.width} × {task.height}
        </span>
      </p>
      {task.status === "completed" && (
        <ul class="pictures">
          {Array.from({ length: task.images }, (_, index) => (
            <li key={index}>
              <a href={`/api/tasks/${taskid}/images/${index}`} target="_blank" rel="noreferrer">
                <img
                  src={`/api/tasks/${taskid}/images/${index}?side=240`}
                  alt={`Image ${index + 1} of the task`}
                  loading="lazy"
                />
              </a>
              <span class="quiet">
                {index + 1}: {task.width} × {task.height}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h3>{count(related.length, "request")} of this task</h3>
      <ol class="related" reversed>
        {related.slice(0, 100).map((request) => (
          <li key={request.ordinal}>
            <button
              class="link"
              aria-current={request.ordinal === selected.value}
              onClick={() => (selected.value = request.ordinal)}
            >
              #{request.ordinal} {request.role}
            </button>{" "}
            <Ending request={request} /> <span class="quiet">{formatTime(request.at)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Request({ details }: { details: RequestDetails }) {
  const { headers, parts, fields, ordinal } = details;
  return (
    <>
      <h3>Headers</h3>
      <Pairs pairs={headers} />
      {parts.length > 0 && <h3>{count(parts.length, "part")} of the form</h3>}
      {parts.map((part, index) => (
        <Part key={index} part={part} ordinal={ordinal} index={index} />
      ))}
      {parts.length === 0 && Object.keys(fields).length > 0 && (
        <>
          <h3>Fields</h3>
          <pre tabIndex={0} role="region" aria-label="Fields">
            {JSON.stringify(fields, null, 2)}
          </pre>
        </>
      )}
    </>
  );
}

function Part({ part, ordinal, index }: { part: PartView; ordinal: number; index: number }) {
  const address = `/api/requests/${ordinal}/parts/${index}`;
  return (
    <div class="part">
      {part.picture !== undefined && (
        <img src={address} alt={`The picture in part ${index + 1}`} loading="lazy" />
      )}
      <dl>
        <dt>name</dt>
        <dd>
          <code>{part.name}</code>
        </dd>
        {part.filename !== undefined && (
          <>
            <dt>file</dt>
            <dd>
              <a href={address} download={`part-${index + 1}`}>
                {part.filename || "(without a name)"}
              </a>
            </dd>
          </>
        )}
        <dt>type</dt>
        <dd>{part.contentType ?? "not stated"}</dd>
        <dt>size</dt>
        <dd>
          {formatBytes(part.size)}
          {!part.isWhole && ", not kept whole"}
        </dd>
        {part.filename !== undefined && (
          <>
            <dt>SHA-256</dt>
            <dd class="hash">{part.sha256}</dd>
          </>
        )}
        {part.text !== undefined && (
          <>
            <dt>text</dt>
            <dd dir="auto" class="text">
              {part.text}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

function Response({ details: { response, state } }: { details: RequestDetails }) {
  if (response.status === 0) {
    return (
      <p>{state === "open" ? "There is no response yet." : "The connection ended without a response."}</p>
    );
  }
  return (
    <>
      <p>
        HTTP {response.status}, {formatBytes(response.total)}
        {response.kept < response.total && `, of which the first ${formatBytes(response.kept)} were kept`}
      </p>
      <Pairs pairs={response.headers} />
      {response.text !== undefined && (
        <pre tabIndex={0} role="region" aria-label="Body of the response">
          {pretty(response.text)}
        </pre>
      )}
    </>
  );
}

function Pairs({ pairs }: { pairs: readonly (readonly [string, string])[] }) {
  return (
    <table class="pairs">
      <tbody>
        {pairs.map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** JSON with line breaks; any other text as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
