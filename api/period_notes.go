package api

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// notesApart takes the notes out of totals, so that they are shown once and beside them.
func notesApart(totals []closing.CurrencyTotal) (bare []closing.CurrencyTotal, notes []PeriodNote, count int) {
	bare = slices.Clone(totals)
	for i := range bare {
		for _, note := range bare[i].Notes {
			notes = append(notes, PeriodNote{
				Kind: PeriodNoteKind(note.Kind), Currency: bare[i].Currency, PoolID: note.Pool, TenantID: note.TenantID,
				Category: note.Category, Value: note.Value, Text: note.Text(),
			})
		}
		count += bare[i].NotesCount
		bare[i].Notes, bare[i].NotesCount = nil, 0
	}
	return bare, notes, count
}
