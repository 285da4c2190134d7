import ts from "typescript";

/** A piece of the code and the code that replaces it. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Names that checks pass to each other, so that they can change data or refer to the whole of it. */
const passedOn = new Set(["parentData", "parentDataProperty", "rootData"]);

/**
 * Shortens compiled checks, which every web page loads: a fault keeps only its place and its message, and a check passes on
 * only what another one uses.
 *
 * It works on the syntax tree, since the code holds strings of the document, which may look like any code.
 */
export function shorten(code: string): string {
  const file = ts.createSourceFile("checks.js", code, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS);
  const edits: Edit[] = [];

  const used = namesUsed(file);
  const visit = (node: ts.Node): void => {
    if (ts.isObjectBindingPattern(node) || isPassedOn(node)) {
      const members: readonly ts.Node[] = ts.isObjectBindingPattern(node) ? node.elements : node.properties;
      const kept = members.filter((member) => !passedOn.has(nameOf(member)) || used.has(nameOf(member)));
      const text = `{ ${kept.map((member) => member.getText(file)).join(", ")} }`;
      edits.push({ start: node.getStart(file), end: node.end, text });
      return;
    }
    if (isLengthImport(node)) {
      edits.push({ start: node.getStart(file), end: node.end, text: "(text) => [...text].length" });
      return;
    }
    const statements = ts.isBlock(node) || ts.isSourceFile(node) ? node.statements : undefined;
    if (!statements) return ts.forEachChild(node, visit);
    for (let index = 0; index < statements.length; index++) {
      const text = describeFault(statements[index]!, file);
      if (text === undefined) visit(statements[index]!);
      else {
        // The fault is followed by the statement that adds it to the list and the one that counts it.
        const last = statements[index + 2]!;
        edits.push({ start: statements[index]!.getStart(file), end: last.end, text });
        index += 2;
      }
    }
  };
  visit(file);

  let result = "";
  let at = 0;
  for (const { start, end, text } of edits) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}

/** `{ instancePath, parentData: data, … }`, as one check calls another. */
function isPassedOn(node: ts.Node): node is ts.ObjectLiteralExpression {
  return ts.isObjectLiteralExpression(node) && node.properties.some((one) => passedOn.has(nameOf(one)));
}

function nameOf(node: ts.Node): string {
  const { name } = node as { name?: ts.Node };
  return name && ts.isIdentifier(name) ? name.text : "";
}

/** The names that are used for more than being passed on. */
function namesUsed(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (isPassedOn(node) || ts.isObjectBindingPattern(node)) return;
    if (ts.isIdentifier(node)) names.add(node.text);
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** `require("ajv/dist/runtime/ucs2length").default` */
function isLengthImport(node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(node) &&
    ts.isCallExpression(node.expression) &&
    ts.isIdentifier(node.expression.expression) &&
    node.expression.expression.text === "require" &&
    node.expression.arguments.every(
      (argument) => ts.isStringLiteral(argument) && argument.text.endsWith("/ucs2length"),
    )
  );
}

/** The replacement for `const err0 = { instancePath, schemaPath, keyword, params, message }`; undefined for any other statement. */
function describeFault(statement: ts.Statement, file: ts.SourceFile): string | undefined {
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration] = statement.declarationList.declarations;
  const fault = readObject(declaration?.initializer);
  const { schemaPath, keyword, params, message } = fault;
  if (!schemaPath || !keyword || !params || !message) return undefined;
  const textOf = (node: ts.Node): string => node.getText(file);
  const path = fault.instancePath ? textOf(fault.instancePath) : "instancePath";
  const [[kind, value] = []] = Object.entries(readObject(params));
  const details =
    kind === "missingProperty"
      ? `field: ${textOf(value!)}, message: "is required"`
      : kind === "additionalProperty" || kind === "unevaluatedProperty"
        ? `field: ${textOf(value!)}, message: "is not a field of this operation"`
        : kind === "allowedValues"
          ? `message: ${textOf(message)} + ": " + ${textOf(value!)}.join(", ")`
          : `message: ${textOf(message)}`;
  return `errors = (vErrors ??= []).push({path: ${path}, ${details}});`;
}

/** The properties of an object literal: `{ instancePath }` has the value `instancePath`. */
function readObject(node: ts.Node | undefined): Record<string, ts.Node> {
  if (!node || !ts.isObjectLiteralExpression(node)) return {};
  return Object.fromEntries(
    node.properties.flatMap((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return [[property.name.text, property.name] as const];
      return ts.isPropertyAssignment(property) && ts.isIdentifier(property.name)
        ? [[property.name.text, property.initializer] as const]
        : [];
    }),
  );
}
