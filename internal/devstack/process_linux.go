package devstack

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// processStart identifies the process that holds a pid by the boot and the clock tick at which it
// started (proc(5), field 22 of stat). A zombie does not run: where no init collects orphans, as
// in many containers, it stays for ever.
func processStart(pid int) (started string, running bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false
	}
	// The second field is the program's name in parentheses and may itself hold both.
	_, rest, found := cutLast(stat, ") ")
	fields := strings.Fields(rest)
	// What follows the name are fields 3 (state) to 52; the start time is field 22.
	const state, startTime = 0, 19
	if !found || len(fields) <= startTime || fields[state] == "Z" || fields[state] == "X" {
		return "", false
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(boot)) + "/" + fields[startTime], true
}

func cutLast(content []byte, separator string) (before, after string, found bool) {
	at := bytes.LastIndex(content, []byte(separator))
	if at < 0 {
		return "", "", false
	}
	return string(content[:at]), string(content[at+len(separator):]), true
}

// processName is the name of the program that a process runs, cut to 15 bytes.
func processName(pid int) (string, error) {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return strings.TrimSpace(string(name)), err
}
