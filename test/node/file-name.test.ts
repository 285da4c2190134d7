import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imageFileName } from "../../src/node/image-files.js";

describe("the name of an image's file", () => {
  test.for([
    ["a1b2-c3_d4", "a1b2-c3_d4-1.png"],
    ["", "%-1.png"],
    ["ABC", "%41%42%43-1.png"],
    ["../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd-1.png"],
    ["C:\\x", "%43%3a%5cx-1.png"],
    ["a\0b\n", "a%00b%0a-1.png"],
    ["con.txt", "con%2etxt-1.png"],
    ["-rf", "%2drf-1.png"],
    ["100%", "100%25-1.png"],
    ["é", "%c3%a9-1.png"],
    ["🦊", "%f0%9f%a6%8a-1.png"],
    ["\ud83e", "%ud83e-1.png"],
    ["\udd8a", "%udd8a-1.png"],
  ] as const)("%j is %s", ([taskid, name]) => {
    expect(imageFileName(taskid, 1, "png")).toBe(name);
  });

  test("of a very long task id ends in its hash", () => {
    const long = "a".repeat(5000);
    expect(imageFileName(long, 1, "png")).toMatch(/^a{34}%x[0-9a-f]{64}-1\.png$/);
    expect(imageFileName(`${long}b`, 1, "png")).not.toBe(imageFileName(long, 1, "png"));
    expect(imageFileName(`${long}\ud800`, 1, "png")).not.toBe(imageFileName(`${long}\ud801`, 1, "png"));
    expect(imageFileName("a".repeat(100), 1, "png")).toBe(`${"a".repeat(100)}-1.png`);
  });

  // Any UTF-16 there is, and often enough ids that are nearly the same.
  const taskids = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.string({ unit: fc.constantFrom("a", "A", "%", "4", "1", "-", "é", "e\u0301", "\ud800", "\udc00") }),
    fc.string({ unit: fc.constantFrom("a", "é"), minLength: 90, maxLength: 110 }),
  );
  const numbers = fc.integer({ min: 1, max: 15 });

  test("is a plain name, whatever the task id holds", () => {
    fc.assert(
      fc.property(taskids, numbers, (taskid, number) => {
        expect(imageFileName(taskid, number, "png")).toMatch(/^[a-z0-9_%][a-z0-9_%-]{0,99}-\d+\.png$/);
      }),
      { numRuns: 2000 },
    );
  });

  test("differs between tasks and numbers, even where case and Unicode forms do not count", () => {
    const names = new Map<string, string>();
    fc.assert(
      fc.property(taskids, numbers, (taskid, number) => {
        const key = JSON.stringify([taskid, number]);
        const name = imageFileName(taskid, number, "png").toLowerCase().normalize("NFC");
        expect(names.get(name) ?? key).toBe(key);
        names.set(name, key);
      }),
      { numRuns: 5000 },
    );
  });
});
