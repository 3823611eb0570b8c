package infra

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Entry is one resource's part in a run of the reconciler. It is kept before anything is written, so
// that a run which is taken up after a crash knows what it did and can take it back.
type Entry struct {
	Run        string `json:"run"`
	ResourceID string `json:"resource_id"`
	// Number is the entry's place in the run, from 1.
	Number int        `json:"number"`
	Type   ActionType `json:"action_type"`
	Side   Side       `json:"side"`
	// Version is the one that the first write was bound to.
	Version int64 `json:"version"`
	// Before and After are what the touched places held and were to hold. They may hold secrets: a
	// journal that is stored encrypts them, and drops them once the entry is settled.
	Before []Change `json:"before,omitempty"`
	After  []Change `json:"after,omitempty"`
	// Removed is the resource as it was, where it is deleted. Absent is set where it was made anew, so
	// that taking it back is deleting it.
	Removed *Resource `json:"removed,omitempty"`
	Absent  bool      `json:"absent,omitempty"`
	// Restored is the version to which the resource was brought back, where nobody else wrote it in
	// between; else zero.
	Restored int64 `json:"restored,omitempty"`
	// Fingerprint stands for the fix, so that the same one needed again and again is noticed. It is keyed:
	// it outlives the values.
	Fingerprint string `json:"fingerprint"`
	// ChangedBack is how often others undid the fix within the run, before this write.
	ChangedBack int    `json:"changed_back,omitempty"`
	Status      Status `json:"status"`
}

// Settled is the entry once it is known how it ended, without what it held of configurations.
func (e Entry) Settled(status Status, restored int64) Entry {
	e.Status, e.Restored = status, restored
	return e.WithoutValues()
}

// WithoutValues is the entry without what it holds of configurations.
func (e Entry) WithoutValues() Entry {
	e.Before, e.After, e.Removed = nil, nil, nil
	return e
}

// Journal remembers what runs of the reconciler did.
type Journal interface {
	// Entries returns the entries of a run by number.
	Entries(ctx context.Context, run string) ([]Entry, error)
	// Intend keeps an entry before its first write, in place of an earlier one of the same run and
	// resource.
	Intend(ctx context.Context, entry Entry) error
	// Settle notes how the entry of a run and resource ended and the version that it was restored to,
	// and drops what it held of configurations.
	Settle(ctx context.Context, run, resourceID string, status Status, restored int64) error
	// Fixed counts the runs other than this one that fixed a resource in the very same way since a
	// time: each but the first time somebody had changed it back.
	Fixed(ctx context.Context, run, resourceID, fingerprint string, since time.Time) (int, error)
}

// MemoryJournal is a Journal for one process. Its zero value is empty and ready.
type MemoryJournal struct {
	// Now dates what is settled; nil means the system's clock.
	Now     func() time.Time
	mutex   sync.Mutex
	entries []datedEntry
}

type datedEntry struct {
	Entry
	at time.Time
}

var _ Journal = (*MemoryJournal)(nil)

func (j *MemoryJournal) now() time.Time {
	if j.Now == nil {
		return time.Now()
	}
	return j.Now()
}

// Entries implements Journal.
func (j *MemoryJournal) Entries(_ context.Context, run string) ([]Entry, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	var found []Entry
	for _, entry := range j.entries {
		if entry.Run == run {
			found = append(found, entry.Entry)
		}
	}
	slices.SortFunc(found, func(a, b Entry) int { return a.Number - b.Number })
	return found, nil
}

// Intend implements Journal.
func (j *MemoryJournal) Intend(_ context.Context, entry Entry) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.entries = slices.DeleteFunc(j.entries, func(kept datedEntry) bool {
		return kept.Run == entry.Run && kept.ResourceID == entry.ResourceID
	})
	j.entries = append(j.entries, datedEntry{Entry: entry, at: j.now()})
	return nil
}

// Settle implements Journal.
func (j *MemoryJournal) Settle(_ context.Context, run, resourceID string, status Status, restored int64) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	for i := range j.entries {
		if entry := &j.entries[i]; entry.Run == run && entry.ResourceID == resourceID {
			entry.Entry, entry.at = entry.Settled(status, restored), j.now()
		}
	}
	return nil
}

// Fixed implements Journal.
func (j *MemoryJournal) Fixed(_ context.Context, run, resourceID, fingerprint string, since time.Time) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	count := 0
	for _, entry := range j.entries {
		if entry.Run != run && entry.ResourceID == resourceID && entry.Fingerprint == fingerprint &&
			entry.Status == StatusDone && !entry.at.Before(since) {
			count++
		}
	}
	return count, nil
}
