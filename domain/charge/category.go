package charge

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// categories are the values that FOCUS allows for ChargeCategory, in all its versions.
var categories = []string{"Usage", "Purchase", "Tax", "Credit", "Adjustment"}

// Categories lists the values of ChargeCategory. The list is the caller's own.
func Categories() []string { return slices.Clone(categories) }

// CheckCategory returns an InvalidInput error unless the text is one of the values, in their spelling.
func CheckCategory(text string) error {
	for _, known := range categories {
		if text == known {
			return nil
		}
	}
	return fault.New(fault.InvalidInput, "is none of the charge categories of FOCUS: %s", strings.Join(categories, ", "))
}
