package workflows_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/workflows"
)

// TestStoredHistoriesReplay runs today's code against histories of every release. A failure means
// that workflows in production would break: the change needs a flag in versions.go.
func TestStoredHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/replay/*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files, "go test ./test/integration -run TestRecord -update records histories")
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			replayer := worker.NewWorkflowReplayer()
			replayer.RegisterWorkflowWithOptions(workflows.PeriodClose, workflow.RegisterOptions{Name: workflows.TypePeriodClose})
			replayer.RegisterWorkflowWithOptions(workflows.PeriodRestatement, workflow.RegisterOptions{Name: workflows.TypePeriodRestatement})
			replayer.RegisterWorkflowWithOptions(workflows.DriftScan, workflow.RegisterOptions{Name: workflows.TypeDriftScan})
			replayer.RegisterWorkflowWithOptions(workflows.Remediation, workflow.RegisterOptions{Name: workflows.TypeRemediation})
			replayer.RegisterWorkflowWithOptions(workflows.ModelTraining, workflow.RegisterOptions{Name: workflows.TypeModelTraining})
			replayer.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(nil, file))
		})
	}
}

// TestAnotherOrderOfStepsDoesNotReplay makes sure that the test above can fail.
func TestAnotherOrderOfStepsDoesNotReplay(t *testing.T) {
	for file, changed := range map[string]struct{ workflowType, activity string }{
		"period_close_approved": {workflows.TypePeriodClose, "AllocateCosts"},
		"drift_scan_complete":   {workflows.TypeDriftScan, "SettleScan"},
		"remediation_approved":  {workflows.TypeRemediation, "ApplyRemediation"},
		"model_training_done":   {workflows.TypeModelTraining, "TrainModels"},
	} {
		t.Run(file, func(t *testing.T) {
			replayer := worker.NewWorkflowReplayer()
			replayer.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ any) error {
				return workflow.ExecuteActivity(ctx, changed.activity).Get(ctx, nil)
			}, workflow.RegisterOptions{Name: changed.workflowType})
			require.Error(t, replayer.ReplayWorkflowHistoryFromJSONFile(nil, "testdata/replay/v0.1.0/"+file+".json"))
		})
	}
}
