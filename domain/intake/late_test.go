package intake_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/omnicloud/omnicloud/domain/intake"
)

func TestSettle(t *testing.T) {
	replaced := func(id int64) intake.LateSlice { return intake.LateSlice{ID: id} }
	appended := func(id int64) intake.LateSlice { return intake.LateSlice{ID: id, Appended: true} }
	for name, test := range map[string]struct {
		late []intake.LateSlice
		want intake.Content
	}{
		"nothing late leaves what is current":               {nil, intake.Content{Base: []int64{1, 2}}},
		"a new export takes the place of all":               {[]intake.LateSlice{replaced(3)}, intake.Content{Base: []int64{3}}},
		"the last of several exports counts":                {[]intake.LateSlice{replaced(3), replaced(4)}, intake.Content{Base: []int64{4}}},
		"appended deliveries stand beside":                  {[]intake.LateSlice{appended(3), appended(4)}, intake.Content{Base: []int64{1, 2}, Beside: []int64{3, 4}}},
		"a new export also replaces what was appended":      {[]intake.LateSlice{appended(3), replaced(4)}, intake.Content{Base: []int64{4}}},
		"what is appended later stands beside a new export": {[]intake.LateSlice{replaced(3), appended(4)}, intake.Content{Base: []int64{3}, Beside: []int64{4}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := intake.Settle([]int64{1, 2}, test.late)
			assert.True(t, test.want.Equal(got), "%+v", got)
		})
	}
	t.Run("an account that a close had nothing of begins with what came late", func(t *testing.T) {
		assert.Equal(t, []int64{3, 4}, intake.Settle(nil, []intake.LateSlice{replaced(3), appended(4)}).Slices())
	})
}

func TestContentEqual(t *testing.T) {
	one := intake.Content{Base: []int64{1, 2}, Beside: []int64{3}}
	assert.True(t, one.Equal(intake.Content{Base: []int64{2, 1}, Beside: []int64{3}}))
	assert.False(t, one.Equal(intake.Content{Base: []int64{1, 2, 3}}), "it matters what stands beside")
	assert.True(t, one.Equal(intake.Content{Base: []int64{1}}.Merge(intake.Content{Base: []int64{2}, Beside: []int64{3}})))
}
