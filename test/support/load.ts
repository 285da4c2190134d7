/** What a module exports whose JavaScript was made just now. */
export async function load<T>(source: string): Promise<T> {
  const url = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
  return (await import(/* @vite-ignore */ url)) as T;
}
