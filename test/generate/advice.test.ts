import { expect, test } from "vitest";
import { generate } from "../robust-generation/generation.js";

const documentWith = (advice: unknown): string =>
  JSON.stringify(
    {
      openapi: "3.0.3",
      info: { title: "fox", version: "1" },
      paths: {
        "/fox": {
          post: {
            requestBody: {
              content: {
                "multipart/form-data": {
                  schema: {
                    type: "object",
                    properties: {
                      size: { type: "string" },
                      count: { type: "integer", default: 2 },
                      files: { type: "array", items: { type: "string", format: "binary" } },
                    },
                    "x-advice": advice,
                  },
                },
              },
            },
            responses: { 200: { description: "OK" } },
          },
        },
      },
    },
    null,
    2,
  );

const about = { message: "should be so", source: "the maker" };

test("advice is kept without its source, with the default of the field that is added", async () => {
  const advice = [
    { field: "size", pixels: { minimum: 1, maximum: 2 }, ...about },
    { field: "files", plus: "count", maximum: 5, ...about },
  ];
  const { exported } = await generate({ "fox.json": documentWith(advice) });
  const { message } = about;
  expect(exported.advice).toEqual({
    "POST /fox": [
      { field: "size", pixels: { minimum: 1, maximum: 2 }, message },
      { field: "files", plus: "count", maximum: 5, default: 2, message },
    ],
  });
});

const refused: Record<string, [unknown, RegExp]> = {
  "no list": [{ field: "size" }, /x-advice must be a list \(at .*\/x-advice\)/],
  "an entry that is no mapping": [["size"], /advice must be a mapping \(at .*\/x-advice\/0\)/],
  "no source": [[{ field: "size", maxItems: 1, message: "m" }], /must have `source`, a text/],
  "no message": [[{ field: "size", maxItems: 1, source: "s" }], /must have `message`, a text/],
  "nothing that is advised": [[{ field: "size", ...about }], /must say one thing of its field: pattern, /],
  "two things at once": [[{ field: "size", maxItems: 1, maxBytes: 1, ...about }], /must say one thing/],
  "an unknown thing": [[{ field: "size", colour: "red", ...about }], /must say one thing/],
  "an inherited name": [[{ field: "size", constructor: "red", ...about }], /must say one thing/],
  "a pattern that is not one": [
    [{ field: "size", pattern: "(", ...about }],
    /`pattern` .*\/x-advice\/0\/pattern\)/,
  ],
  "half of the bounds": [[{ field: "size", pixels: { minimum: 1 }, ...about }], /`pixels` of this advice/],
  "a count that is text": [[{ field: "size", maxItems: "1", ...about }], /`maxItems` of this advice/],
  "a sum without a maximum": [[{ field: "files", plus: "count", ...about }], /`maximum` belongs to `plus`/],
};

test.each(Object.entries(refused))("%s is refused with its place", async (_, [advice, reason]) => {
  const text = documentWith(advice);
  const error: unknown = await generate({ "fox.json": text }).catch((cause: unknown) => cause);
  expect((error as Error).message).toMatch(reason);
  expect((error as Error).message).toMatch(/^fox\.json:\d+: /);
});
