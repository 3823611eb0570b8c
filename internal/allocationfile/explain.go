package allocationfile

import (
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// WriteExplanations writes one JSON line per cell, in the order of WriteCells; a cell of a pool whose
// rule changes within the period has one line per rule.
func WriteExplanations(out *Output, pools []allocation.PoolResult, order []int) error {
	encoder := json.NewEncoder(out)
	for i := range pools {
		for explanation := range pools[i].Explanations(order) {
			if err := encoder.Encode(explanation); err != nil {
				return err
			}
		}
	}
	return nil
}
