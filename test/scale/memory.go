package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// samplePace is how often memory is looked at; looking takes time of the cores that are measured.
const samplePace = time.Second

// memory follows the peak memory of processes with their children, in megabytes. Pages that several
// processes share, as PostgreSQL's do, are counted once (Pss of Linux).
type memory struct {
	pids    func() map[string]int
	mutex   sync.Mutex
	peaks   map[string]int64
	stopped chan struct{}
	ended   chan struct{}
}

func watchMemory(pids func() map[string]int) *memory {
	m := &memory{pids: pids, peaks: map[string]int64{}, stopped: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(m.ended)
		ticker := time.NewTicker(samplePace)
		defer ticker.Stop()
		for {
			m.look()
			select {
			case <-m.stopped:
				return
			case <-ticker.C:
			}
		}
	}()
	return m
}

func (m *memory) stop() {
	close(m.stopped)
	<-m.ended
}

// reset forgets the peaks.
func (m *memory) reset() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	clear(m.peaks)
}

func (m *memory) peak(role string) int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.peaks[role]
}

func (m *memory) look() {
	children := childrenOf()
	for role, pid := range m.pids() {
		var sum int64
		for _, one := range append([]int{pid}, children[pid]...) {
			sum += proportional(one)
		}
		m.mutex.Lock()
		m.peaks[role] = max(m.peaks[role], sum/1024)
		m.mutex.Unlock()
	}
}

// proportional returns a process's share of memory in kilobytes; one that has ended has none.
func proportional(pid int) (kilobytes int64) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		if rest, found := strings.CutPrefix(line, "Pss:"); found {
			_, _ = fmt.Sscan(rest, &kilobytes)
			return kilobytes
		}
	}
	return 0
}

// childrenOf lists all processes by their parent.
func childrenOf() map[int][]int {
	children := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		// The name of the program is in brackets and may hold anything.
		_, rest, _ := strings.Cut(string(content), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 {
			if parent, err := strconv.Atoi(fields[1]); err == nil {
				children[parent] = append(children[parent], pid)
			}
		}
	}
	return children
}
