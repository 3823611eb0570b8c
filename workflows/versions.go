package workflows

// This file names every workflow.GetVersion flag. A flag is added when a change alters the commands
// of a workflow that may be running in production, is given a number that only grows, says here what
// changed and in which release, and is removed no sooner than one retention period after the last
// release that started workflows without it. testdata/replay holds histories of each release; the
// replay test fails for a change that lacks its flag.

// flagMonitoring came after 0.1.0: training takes over what a monitoring system measured, as its second step.
const flagMonitoring = "model-training-monitoring"

// flagFutileSignals came after 0.1.0: beyond MaxFutileSignals, no activity looks at a signal.
const flagFutileSignals = "decision-futile-signals"
