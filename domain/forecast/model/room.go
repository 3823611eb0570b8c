package model

import "sync"

// room is memory of which computations take pieces, so that thousands of them a second leave no garbage.
type room struct {
	block []float64
	used  int
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// borrow returns a room with nothing in it, to be given back when no piece of it is in use any more.
func borrow() *room { return rooms.Get().(*room) }

func (r *room) giveBack() {
	r.used = 0
	rooms.Put(r)
}

// take returns a piece for so many numbers, whatever they are.
func (r *room) take(n int) []float64 {
	if len(r.block)-r.used < n { // pieces of the block that is too small stay as they are
		r.block, r.used = make([]float64, max(n, 2*len(r.block))), 0
	}
	piece := r.block[r.used : r.used+n : r.used+n]
	r.used += n
	return piece
}

// zeros returns a piece of so many zeros.
func (r *room) zeros(n int) []float64 {
	piece := r.take(n)
	clear(piece)
	return piece
}

// again forgets the pieces taken so far.
func (r *room) again() { r.used = 0 }
