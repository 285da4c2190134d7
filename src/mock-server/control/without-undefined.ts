type Optional<Type> = { [Name in keyof Type]: undefined extends Type[Name] ? Name : never }[keyof Type];
type Compact<Type> = Omit<Type, Optional<Type>> & {
  [Name in Optional<Type>]?: Exclude<Type[Name], undefined>;
};

/** Without the properties that are undefined, as JSON would leave them out. */
export function withoutUndefined<Type extends object>(value: Type): Compact<Type> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Compact<Type>;
}
