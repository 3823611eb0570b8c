package workflows

import (
	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// FaultOf turns an error that an Update, a query or a workflow's result brought back into the fault
// that it was made from, with its code, sentence and fields; nil for nil.
func FaultOf(err error) *fault.Error { return activities.FaultOf(err) }
