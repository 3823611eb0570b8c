package intake

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// Tally cuts passing rows into slices and keeps each slice's count, sums and hash. It survives a
// restart as JSON, so that a delivery that comes in pages can go on where it stopped. Not safe for
// concurrent use.
type Tally struct {
	slices []*tallied
	index  map[SliceKey]int
	// last is the slice of the row before: bills come in long runs of one key.
	last    int
	encoder encoder
}

type tallied struct {
	// Slice is complete but for its hash and its sums.
	Slice
	digest hash.Hash
	sums   runningSums
}

// NewTally returns an empty tally.
func NewTally() *Tally { return &Tally{index: map[SliceKey]int{}, last: -1} }

// Add counts a row and returns its 1-based number within its slice.
func (t *Tally) Add(row Row) (number int64) {
	counted := t.slices[t.Index(row.SliceKey)]
	counted.Rows++
	t.encoder.buffer = t.encoder.buffer[:0]
	t.encoder.appendRecord(row.Record)
	counted.digest.Write(t.encoder.buffer)
	counted.addSums(row.Record)
	return counted.Rows
}

// Slices returns what was counted, in order of first appearance.
func (t *Tally) Slices() []Slice {
	slices := make([]Slice, len(t.slices))
	for i, counted := range t.slices {
		slices[i] = counted.Slice
		slices[i].ContentHash = hex.EncodeToString(counted.digest.Sum(nil))
		slices[i].Sums = counted.sums.sums()
	}
	return slices
}

// Rows returns the number of rows counted.
func (t *Tally) Rows() (rows int64) {
	for _, counted := range t.slices {
		rows += counted.Rows
	}
	return rows
}

// Index returns the place of a key's slice among Slices. The slice exists from then on, even if no
// row comes: a service that lists no usage for a month has said something.
func (t *Tally) Index(key SliceKey) int {
	if t.last >= 0 && t.slices[t.last].SliceKey == key {
		return t.last
	}
	found, known := t.index[key]
	if !known {
		found = len(t.slices)
		counted := &tallied{Slice: Slice{SliceKey: key}, digest: sha256.New()}
		fmt.Fprintf(counted.digest, "%s %s\n", encodingVersion, key.Kind)
		t.slices = append(t.slices, counted)
		t.index[key] = found
	}
	t.last = found
	return found
}

func (s *tallied) addSums(record any) {
	switch typed := record.(type) {
	case *charge.Charge:
		s.sums.of(typed.Currency).add(typed.BilledCost, typed.EffectiveCost)
		s.addStart(typed.ChargePeriodStart)
	case *closing.ControlTotal:
		s.sums.of(typed.Currency).add(typed.BilledCost, decimal.Zero)
	}
}

func (s *tallied) addStart(start time.Time) {
	if s.FirstChargeStart.IsZero() || start.Before(s.FirstChargeStart) {
		s.FirstChargeStart = start
	}
	if start.After(s.LastChargeStart) {
		s.LastChargeStart = start
	}
}

// storedSlice is a slice under way: Digest is the state of its hash.
type storedSlice struct {
	Slice
	Digest []byte `json:"digest"`
}

// MarshalJSON writes the state of the tally.
func (t *Tally) MarshalJSON() ([]byte, error) {
	stored := make([]storedSlice, len(t.slices))
	for i, counted := range t.slices {
		state, err := counted.digest.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("keeping the hash of a slice under way: %w", err)
		}
		stored[i] = storedSlice{Slice: counted.Slice, Digest: state}
		stored[i].Sums = counted.sums.sums()
	}
	return json.Marshal(stored)
}

// UnmarshalJSON reads the state back. An error means that another version of the program wrote it:
// the delivery has to begin again.
func (t *Tally) UnmarshalJSON(text []byte) error {
	var stored []storedSlice
	if err := json.Unmarshal(text, &stored); err != nil {
		return err
	}
	*t = *NewTally()
	for _, slice := range stored {
		digest := sha256.New()
		if err := digest.(encoding.BinaryUnmarshaler).UnmarshalBinary(slice.Digest); err != nil {
			return fmt.Errorf("taking up the hash of a slice under way: %w", err)
		}
		t.index[slice.SliceKey] = len(t.slices)
		counted := &tallied{Slice: slice.Slice, digest: digest}
		for currency, sum := range slice.Sums {
			counted.sums.of(currency).add(sum.Billed, sum.Effective)
		}
		t.slices = append(t.slices, counted)
	}
	return nil
}
