package model

import (
	"slices"
	"sync"
)

// rooms are memory that fits borrow, so that thousands of them a second leave no garbage.
var rooms = sync.Pool{New: func() any { return new([]float64) }}

// borrow returns room for so many numbers, whatever they are, to be given back.
func borrow(n int) *[]float64 {
	room := rooms.Get().(*[]float64)
	*room = slices.Grow((*room)[:0], n)[:n]
	return room
}

// giveBack ends the use of a room.
func giveBack(room *[]float64) { rooms.Put(room) }
