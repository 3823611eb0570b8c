package resourcefile

import (
	"bytes"
	"io"
	"sort"
)

// lineCounter notes where the lines of a text end as it is read, so that any place read may be named
// by its line.
type lineCounter struct {
	source io.Reader
	read   int64
	ends   []int64
	// dropped is how many ends were let go.
	dropped int
}

// Read implements io.Reader.
func (c *lineCounter) Read(into []byte) (int, error) {
	n, err := c.source.Read(into)
	for rest, at := into[:n], c.read; ; {
		place := bytes.IndexByte(rest, '\n')
		if place < 0 {
			break
		}
		c.ends = append(c.ends, at+int64(place))
		rest, at = rest[place+1:], at+int64(place)+1
	}
	c.read += int64(n)
	return n, err
}

// line returns the number of the line at an offset, from 1. Offsets may not go back: what lies before
// one is let go, so that a file of any length is counted in little memory.
func (c *lineCounter) line(offset int64) int {
	passed := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] >= offset })
	c.dropped += passed
	c.ends = c.ends[passed:]
	return c.dropped + 1
}
