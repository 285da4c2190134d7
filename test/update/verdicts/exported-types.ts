import type { Row } from "./document.js";

export const exportedTypes: Row[] = [
  [
    "nameIsGone",
    "a schema that only a callback uses loses a field",
    ({ document }) => delete document.components.schemas.Event.properties.by,
    "breaking removed schema Event by field",
  ],
  [
    "nameIsGone",
    "a schema that nothing uses loses a field",
    ({ document }) => delete document.components.schemas.Note.properties.text,
    "breaking removed schema Note text field",
  ],
  [
    "nameIsGone",
    "a schema that nothing uses is gone",
    ({ document }) => delete document.components.schemas.Note,
    "breaking removed document schema Note type name",
  ],
  [
    "addition",
    "a schema that nothing uses gets an optional field",
    ({ document }) => (document.components.schemas.Note.properties.to = {}),
    "compatible added schema Note to field",
  ],
  [
    "typeChanges",
    "a schema that nothing uses gets a required field",
    ({ document }) => Object.assign(document.components.schemas.Note, { required: ["text"] }),
    "breaking changed schema Note text required",
  ],
  [
    "typeChanges",
    "a field of a schema that nothing uses becomes optional",
    ({ document }) => delete document.components.schemas.Event.required,
    "breaking changed schema Event at required",
  ],
  [
    "typeChanges",
    "a field of a schema that nothing uses has a wider type",
    ({ document }) => delete document.components.schemas.Event.properties.by.type,
    "breaking removed schema Event by type",
  ],
  [
    "typeChanges",
    "an enum of a schema that nothing uses has one more value",
    ({ document }) => document.components.schemas.Note.properties.level.enum.push(3),
    "breaking added schema Note level enum",
  ],
  [
    "elseSame",
    "a text of a schema that nothing uses is limited",
    ({ document }) => (document.components.schemas.Note.properties.text.maxLength = 10),
    "compatible added schema Note text bounds",
  ],
  [
    "words",
    "a description in a schema that nothing uses changes",
    ({ document }) => (document.components.schemas.Note.properties.text.description = "Text"),
    "cosmetic changed schema Note text description",
  ],
];
