package workers

import (
	"sync"
	"time"
)

// shelf keeps lenses ready: those used last, as many as shelfHolds permits, and none for longer than it is
// fresh, since each holds the secrets of a tenant. It is safe for concurrent use; its zero value is empty.
type shelf struct {
	mutex sync.Mutex
	slots map[lensKey]*lensSlot
	turn  int64
}

type lensKey struct {
	tenantID string
	version  int
}

// lensSlot holds a lens, or is locked by whoever makes it.
type lensSlot struct {
	mutex sync.Mutex
	lens  *lens
	made  time.Time

	// What follows is the shelf's.
	weight int
	used   int64
	expiry *time.Timer
}

const (
	// shelfHolds is how many secrets the lenses that are kept may know together, beside the one that is in
	// use; each counts as lensWeight more, for the rules that it compiled. A hundred small tenants fit, or
	// one of 100,000 resources.
	shelfHolds = 200_000
	lensWeight = 2000
)

// take returns the lens of a key, made where there is none that is fresh. Of several who ask for the same at
// once one makes it.
func (s *shelf) take(key lensKey, now time.Time, build func() (*lens, error)) (*lens, error) {
	slot := s.slot(key)
	slot.mutex.Lock()
	defer slot.mutex.Unlock()
	if slot.lens != nil && now.Sub(slot.made) < lensFresh {
		return slot.lens, nil
	}
	made, err := build()
	if err != nil {
		s.drop(key, slot)
		return nil, err
	}
	slot.lens, slot.made = made, now
	s.keep(key, slot, lensWeight+made.redactor.Known.Len())
	return made, nil
}

func (s *shelf) slot(key lensKey) *lensSlot {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	slot := s.slots[key]
	if slot == nil {
		if s.slots == nil {
			s.slots = map[lensKey]*lensSlot{}
		}
		slot = &lensSlot{}
		s.slots[key] = slot
	}
	s.turn++
	slot.used = s.turn
	return slot
}

// keep notes what a slot holds now, and drops the slots used longest ago that there is no room for. One that
// was forgotten while its lens was made is not kept.
func (s *shelf) keep(key lensKey, slot *lensSlot, weight int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.slots[key] != slot {
		return
	}
	slot.weight = weight
	if slot.expiry != nil {
		slot.expiry.Stop()
	}
	slot.expiry = time.AfterFunc(lensFresh, func() { s.drop(key, slot) })
	total := 0
	for _, kept := range s.slots {
		total += kept.weight
	}
	for total > shelfHolds {
		oldest, found := lensKey{}, false
		for other, kept := range s.slots {
			if other != key && kept.weight > 0 && (!found || kept.used < s.slots[oldest].used) {
				oldest, found = other, true
			}
		}
		if !found {
			return
		}
		total -= s.slots[oldest].weight
		s.remove(oldest)
	}
}

// drop takes a slot off the shelf, unless another has its place.
func (s *shelf) drop(key lensKey, slot *lensSlot) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.slots[key] == slot {
		s.remove(key)
	}
}

// forget takes all slots of a tenant off the shelf.
func (s *shelf) forget(tenantID string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for key := range s.slots {
		if key.tenantID == tenantID {
			s.remove(key)
		}
	}
}

// remove lets go of a lens: a timer that went on would hold it.
func (s *shelf) remove(key lensKey) {
	if expiry := s.slots[key].expiry; expiry != nil {
		expiry.Stop()
	}
	delete(s.slots, key)
}
