package secrecy

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Trace is what may be kept of a secret when the secret itself may not: whether a text is it can be told
// with the tenant's key alone.
type Trace struct {
	// Tag is a keyed digest of the secret.
	Tag [16]byte
	// Hint is a keyed digest of its first 8 bytes: a text is only digested where its hint is known. It has
	// 20 bits, so that whoever has the key learns no more than that of a long secret's beginning.
	Hint uint32
	// Length is that of the secret, in bytes: 8 or more.
	Length int
}

const hintBits = 20

// Tracer makes the traces of one tenant's secrets. It is safe for concurrent use.
type Tracer struct {
	key   []byte
	block cipher.Block
}

// Tracer returns what traces of a tenant are made with: the same value of two tenants has two traces.
func (k Key) Tracer(tenantID string) *Tracer {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte("drift secret traces\x00" + tenantID))
	derived := mac.Sum(nil)
	block, err := aes.NewCipher(derived[:16])
	if err != nil {
		panic(err) // 16 bytes are an AES key
	}
	return &Tracer{key: derived[16:], block: block}
}

func (t *Tracer) tag(secret string) (tag [16]byte) {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(secret))
	copy(tag[:], mac.Sum(nil))
	return tag
}

// hint digests the first 8 bytes of a text; scratch has room for a block.
func (t *Tracer) hint(text string, scratch []byte) uint32 {
	clear(scratch)
	copy(scratch, text[:window])
	t.block.Encrypt(scratch, scratch)
	return binary.LittleEndian.Uint32(scratch) & (1<<hintBits - 1)
}

// Traces are those of the values that a mark, a name or their format tells, of 8 bytes or more, and of the
// long lines of keys. What only looks random is told by that again.
func (s *Secrets) Traces(tracer *Tracer) []Trace {
	var traces []Trace
	scratch := make([]byte, aes.BlockSize)
	add := func(secret string) {
		if len(secret) >= byValue {
			traces = append(traces, Trace{tracer.tag(secret), tracer.hint(secret, scratch), len(secret)})
		}
	}
	for _, value := range s.values {
		if !s.certain[value] {
			continue
		}
		add(value)
		for line := range longLines(value) {
			add(line)
		}
	}
	return traces
}

// Memory recognizes secrets of the past by their traces. It is safe for concurrent use; a nil one knows
// none.
type Memory struct {
	tracer *Tracer
	tags   map[[16]byte]struct{}
	// lengths are those of the secrets that begin with what a hint stands for, the longest first.
	lengths map[uint32][]int
	filter  []uint64
}

// NewMemory makes a memory of traces, nil where there are none. The tracer must be the one that they were
// made with.
func NewMemory(tracer *Tracer, traces []Trace) *Memory {
	if len(traces) == 0 {
		return nil
	}
	m := &Memory{
		tracer: tracer, tags: make(map[[16]byte]struct{}, len(traces)),
		lengths: make(map[uint32][]int, len(traces)), filter: make([]uint64, 1<<hintBits/64),
	}
	for _, trace := range traces {
		m.tags[trace.Tag] = struct{}{}
		m.filter[trace.Hint/64] |= 1 << (trace.Hint % 64)
		m.lengths[trace.Hint] = insertLength(m.lengths[trace.Hint], trace.Length)
	}
	return m
}

func insertLength(lengths []int, length int) []int {
	at, known := slices.BinarySearchFunc(lengths, length, func(one, wanted int) int { return wanted - one })
	if known {
		return lengths
	}
	return slices.Insert(lengths, at, length)
}

func (m *Memory) len() int {
	if m == nil {
		return 0
	}
	return len(m.tags)
}

// hits appends where secrets of the past appear in a text as they are.
func (m *Memory) hits(text string, found []hit) []hit {
	if m == nil {
		return found
	}
	scratch := make([]byte, aes.BlockSize)
	for from := 0; from+byValue <= len(text); from++ {
		if length := m.at(text[from:], scratch); length > 0 {
			found = append(found, hit{from, from + length, text[from : from+length]})
		}
	}
	return found
}

// at returns the length of the longest secret of the past that a text begins with, or 0.
func (m *Memory) at(text string, scratch []byte) int {
	hint := m.tracer.hint(text, scratch)
	if m.filter[hint/64]&(1<<(hint%64)) == 0 {
		return 0
	}
	for _, length := range m.lengths[hint] {
		if length <= len(text) && m.holds(text[:length]) {
			return length
		}
	}
	return 0
}

// holds reports whether a text is a secret of the past.
func (m *Memory) holds(text string) bool {
	if m == nil {
		return false
	}
	_, held := m.tags[m.tracer.tag(text)]
	return held
}
