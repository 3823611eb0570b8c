package drift

import "github.com/omnicloud/omnicloud/domain/drift/document"

// respell gives changes that were found in what a comparator folded the values as they were written.
func respell(changes []Change, desired, spelledDesired, actual, spelledActual document.Value) {
	spelled := make(map[document.Value]document.Value)
	inStep(desired, spelledDesired, spelled)
	inStep(actual, spelledActual, spelled)
	for i := range changes {
		for _, side := range []*document.Value{&changes[i].Desired, &changes[i].Actual} {
			if written, known := spelled[*side]; known {
				*side = written
			}
		}
	}
}

// inStep notes for each part of a folded value the part of the written one that lies at its place.
func inStep(folded, written document.Value, spelled map[document.Value]document.Value) {
	spelled[folded] = written
	for i := range min(folded.Len(), written.Len()) {
		inStep(folded.At(i), written.At(i), spelled)
	}
}
