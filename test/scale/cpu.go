package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of times in /proc, which is 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// cpuSeconds returns the CPU time of a process and its children, those that ended included. Unlike
// seconds on the clock it says little about what else the machine is doing.
func cpuSeconds(pid int) float64 {
	ticks := ticksOf(pid, 4)
	for _, child := range childrenOf()[pid] {
		ticks += ticksOf(child, 2)
	}
	return float64(ticks) / ticksPerSecond
}

// ticksOf sums the first of utime, stime, cutime and cstime of a process.
func ticksOf(pid, count int) (ticks int64) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name of the program is in brackets and may hold anything.
	_, rest, _ := strings.Cut(string(content), ") ")
	const utime = 11
	fields := strings.Fields(rest)
	for i := utime; i < utime+count && i < len(fields); i++ {
		value, _ := strconv.ParseInt(fields[i], 10, 64)
		ticks += value
	}
	return ticks
}
