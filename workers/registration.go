package workers

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/workflows"
)

// Activities holds the activity structs of all queues, with their ports in place.
type Activities struct {
	Closing     *activities.Closing
	Intake      *activities.Intake
	Allocation  *activities.Allocation
	Publication *activities.Publication
	Watch       *activities.Watch

	DriftScans   *activities.DriftScans
	Remediations *activities.Remediations

	Training *activities.Training
}

// registrations says what runs on which queue. A queue that is missing here has no workers yet.
var registrations = map[string]func(worker.Registry, Activities){
	workflows.QueueAllocation: registerAllocation,
	workflows.QueueDrift:      registerDrift,
	workflows.QueueForecast:   registerForecast,
}

func registerAllocation(registry worker.Registry, ports Activities) {
	registry.RegisterWorkflowWithOptions(workflows.PeriodClose, workflow.RegisterOptions{Name: workflows.TypePeriodClose})
	registry.RegisterWorkflowWithOptions(workflows.PeriodRestatement, workflow.RegisterOptions{Name: workflows.TypePeriodRestatement})
	registry.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
	registry.RegisterActivity(ports.Closing)
	registry.RegisterActivity(ports.Intake)
	registry.RegisterActivity(ports.Allocation)
	registry.RegisterActivity(ports.Publication)
	registry.RegisterActivity(ports.Watch)
}

func registerDrift(registry worker.Registry, ports Activities) {
	registry.RegisterWorkflowWithOptions(workflows.DriftScan, workflow.RegisterOptions{Name: workflows.TypeDriftScan})
	registry.RegisterWorkflowWithOptions(workflows.Remediation, workflow.RegisterOptions{Name: workflows.TypeRemediation})
	registry.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
	registry.RegisterActivity(ports.DriftScans)
	registry.RegisterActivity(ports.Remediations)
}

func registerForecast(registry worker.Registry, ports Activities) {
	registry.RegisterWorkflowWithOptions(workflows.ModelTraining, workflow.RegisterOptions{Name: workflows.TypeModelTraining})
	registry.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
	registry.RegisterActivity(ports.Training)
}
