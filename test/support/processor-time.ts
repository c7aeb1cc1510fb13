/**
 * Milliseconds of processor time that this process has used so far: what work costs, whatever else a machine does
 * meanwhile. For bounds on hostile input, which are far above what is needed and far below what a fault would take.
 */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
