/** The meaning of a change, and the reason: the rule beside each row of the tables. */
export const rules = {
  stricterRequest: "a request that gets stricter breaks those who send it",
  looserRequest: "a request that gets looser is compatible: what was sent still may be",
  looserResponse: "a response that gets looser breaks those who read it",
  stricterResponse: "a response that gets stricter is compatible: what was read still is",
  nameIsGone: "a name that is gone breaks the code that uses it",
  typeChanges: "a type that changes breaks the code that is compiled against it",
  addition: "what nobody has to use is compatible",
  elseSame: "what changes neither the requests nor the responses that are allowed is compatible",
  access: "a caller that had access must have it still, with the same key at the same place",
  words: "what is for people, or a hint, is cosmetic",
  same: "the same in other words is not a change",
} as const;

export type Rule = keyof typeof rules;

/** The rule, what is changed, and the changes that are reported: verdict, kind, part, field and aspect. */
export type Row = [rule: Rule, name: string, edit: (places: Places) => unknown, ...changes: string[]];

export const base = `
openapi: 3.0.3
info: { title: Pictures, version: 1.0.0 }
servers:
  - { url: "https://{region}.example.com", variables: { region: { default: api } } }
  - url: https://eu.example.com
paths:
  /v1/pictures:
    parameters:
      - name: filter
        in: query
        content: { application/json: { schema: { type: object, properties: { on: { type: string, description: Which } } } } }
    post:
      operationId: makePicture
      summary: Makes a picture
      security: [{ Bearer: [] }]
      parameters:
        - { name: lang, in: query, schema: { type: string, enum: [en, de] } }
        - { name: trace, in: header, required: true, schema: { type: string } }
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [prompt]
              additionalProperties: false
              properties:
                prompt: { type: string, minLength: 1, maxLength: 1000, description: What to draw }
                count: { type: integer, minimum: 1, maximum: 15, default: 1 }
                style: { type: string, enum: [oil, ink] }
                ratio: { type: number, nullable: true }
                photos: { type: array, items: { type: string, format: binary }, maxItems: 4 }
                camera: { $ref: "#/components/schemas/Camera" }
                size: { oneOf: [{ type: string }, { type: integer }] }
                code: { type: string, pattern: "^[a-z]+$" }
                tool: { oneOf: [{ $ref: "#/components/schemas/Pen" }], discriminator: { propertyName: kind, mapping: { pen: "#/components/schemas/Pen" } } }
                weight: { type: number, format: double }
                corners: { type: array, prefixItems: [{ type: number, description: Left }, { type: number }] }
                title: { type: string, not: { enum: [none], description: No title } }
                tone: { oneOf: [{ type: string, maxLength: 5 }, { type: string, pattern: "^a" }] }
                mood: { anyOf: [{ type: string, maxLength: 5 }, { type: string, pattern: "^a" }] }
                labels: { type: object, additionalProperties: { type: string } }
            encoding: { photos: { contentType: image/png } }
      responses:
        "200":
          description: A picture
          headers: { X-Left: { required: true, schema: { type: integer } } }
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Answer" }
        "400": { description: Refused }
      callbacks:
        done:
          "{$request.query.url}":
            post:
              requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Event" } } } }
              responses: { "200": { description: Seen } }
  /v1/status:
    get:
      operationId: status
      responses: { "200": { description: Up } }
  /v1/prints:
    get:
      operationId: prints
      security: [{ Login: [draw] }]
      responses: { "200": { description: Prints } }
components:
  securitySchemes:
    Bearer: { type: http, scheme: bearer }
    Key: { type: apiKey, in: header, name: X-Key }
    Login: { type: oauth2, flows: { implicit: { authorizationUrl: https://a.example.com, scopes: { draw: d, paint: p } } } }
  schemas:
    Event: { type: object, required: [at], properties: { at: { type: string }, by: { type: string } } }
    Note: { type: object, properties: { text: { type: string, description: Words }, level: { type: integer, enum: [1, 2] } } }
    Pen: { type: object, properties: { kind: { type: string } } }
    Camera:
      type: object
      properties:
        lens: { type: object, properties: { focal: { type: number } } }
    Answer:
      type: object
      required: [id, state]
      properties:
        id: { type: string, minLength: 1 }
        state: { type: string, enum: [queued, done] }
        url: { type: string, nullable: true }
        count: { type: integer, minimum: 0, maximum: 15, default: 0 }
        children: { type: array, items: { $ref: "#/components/schemas/Answer" } }
        extra: { type: object, additionalProperties: { type: integer } }
        badge: { oneOf: [{ type: string, maxLength: 5 }, { type: string, pattern: "^a" }] }
        shape: { anyOf: [{ type: string }, { $ref: "#/components/schemas/Camera" }] }
`;

// Parsed documents have no types.
type Any = any;
export interface Places {
  document: Any;
  operation: Any;
  fields: Any;
  form: Any;
  answer: Any;
}

export const places = (document: Any): Places => {
  const operation = document.paths["/v1/pictures"].post;
  const form = operation.requestBody.content["multipart/form-data"].schema;
  return { document, operation, form, fields: form.properties, answer: document.components.schemas.Answer };
};
