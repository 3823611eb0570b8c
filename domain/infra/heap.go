package infra

import "container/heap"

// idHeap gives out ids in byte order while others are still being added.
type idHeap struct{ ids idList }

func newHeap() *idHeap { return &idHeap{} }

func (h *idHeap) push(id string) { heap.Push(&h.ids, id) }
func (h *idHeap) pop() string    { return heap.Pop(&h.ids).(string) }
func (h *idHeap) empty() bool    { return len(h.ids) == 0 }

// idList implements heap.Interface.
type idList []string

func (l idList) Len() int           { return len(l) }
func (l idList) Less(i, j int) bool { return l[i] < l[j] }
func (l idList) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }

// Push adds an id at the end.
func (l *idList) Push(id any) { *l = append(*l, id.(string)) }

// Pop takes the last id.
func (l *idList) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
