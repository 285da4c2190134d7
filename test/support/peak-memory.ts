/** Gives the most megabytes of memory that this process has held since it is asked to watch them. */
export function watchMemory(): () => number {
  let peak = 0;
  // What the operating system calls the peak may be that of the parent process.
  const look = () => (peak = Math.max(peak, process.memoryUsage.rss() / 1024 / 1024));
  setInterval(look, 5).unref();
  return look;
}
