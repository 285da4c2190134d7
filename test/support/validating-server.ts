import type { AddressInfo } from "node:net";
import express from "express";
import type { ErrorRequestHandler, Request } from "express";
import { error, middleware } from "express-openapi-validator";
import type { OpenApiValidatorOpts } from "express-openapi-validator/dist/framework/types.js";

type FileFilter = (
  request: Request & { openapi: { schema: Record<string, unknown> } },
  file: { fieldname: string },
  done: (error: Error | null, accept?: boolean) => void,
) => void;

interface FormOperation {
  requestBody: {
    content: Record<
      string,
      { schema: { properties: Record<string, { format?: string; items?: { format?: string } }> } }
    >;
  };
}

/**
 * express-openapi-validator puts an empty text where a file was. So a binary field must be that, or it was sent as text;
 * and a file is let in only where the document has a binary field. It was taken over Prism, which sees neither.
 */
const refuseStrayFiles: FileFilter = ({ openapi, path }, { fieldname }, done) => {
  const { requestBody } = openapi.schema as unknown as FormOperation;
  const field = requestBody.content["multipart/form-data"]?.schema.properties[fieldname];
  const isBinary = (field?.items ?? field)?.format === "binary";
  if (isBinary) done(null, true);
  else done(new error.BadRequest({ path, message: `${fieldname} must not be a file` }));
};

const options = {
  validateRequests: { coerceTypes: "array" }, // the values of a form are texts, and a list of one is sent as one part
  validateResponses: true,
  validateSecurity: true,
  validateApiSpec: true,
  formats: { binary: { type: "string", validate: (value: string) => value === "" } },
  fileUploader: { fileFilter: refuseStrayFiles },
} as unknown as Omit<OpenApiValidatorOpts, "apiSpec">;

/** A server that judges each request, and then `answer`, by an OpenAPI document; what breaks it is HTTP 400 or more. */
export async function startValidatingServer(
  document: string,
  answer: (request: Request) => unknown,
): Promise<{ url: string; close(): Promise<void> }> {
  const app = express();
  app.use(middleware({ ...options, apiSpec: document }));
  app.use(async (request, response) => void response.json(await answer(request)));
  const refuse: ErrorRequestHandler = (
    fault: { status?: number; message: string },
    _request,
    response,
    _next,
  ) => {
    response.status(fault.status ?? 500).json({ code: 9999, msg: fault.message });
  };
  app.use(refuse);
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
