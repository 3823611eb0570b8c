package rulesfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// pairsOfAWS are resources as they are declared and as AWS returns them.
var pairsOfAWS = []struct{ resourceType, desired, actual string }{
	{
		"AWS::Lambda::Function",
		`{"Code":{"S3Bucket":"assets","S3Key":"a1b2.zip"},"Environment":{"Variables":{"STAGE":"prod","TABLE":"orders"}},"Handler":"index.handler","MemorySize":256,"Role":"arn:aws:iam::111111111111:role/app","Runtime":"nodejs20.x","Tags":[{"Key":"team","Value":"orders"}],"Timeout":"30","VpcConfig":{"SecurityGroupIds":["sg-1","sg-2"],"SubnetIds":["subnet-1","subnet-2"]}}`,
		`{"Architectures":["x86_64"],"Arn":"arn:aws:lambda:eu-west-1:111111111111:function:app","Code":{},"Environment":{"Variables":{"STAGE":"prod","TABLE":"orders"}},"EphemeralStorage":{"Size":512},"FunctionName":"app","Handler":"index.handler","LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/app"},"MemorySize":512,"PackageType":"Zip","RecursiveLoop":"Terminate","Role":"arn:aws:iam::111111111111:role/app","Runtime":"nodejs20.x","RuntimeManagementConfig":{"UpdateRuntimeOn":"Auto"},"SnapStart":{"ApplyOn":"None"},"Tags":[{"Key":"aws:cloudformation:stack-name","Value":"app"},{"Key":"team","Value":"orders"}],"Timeout":30,"TracingConfig":{"Mode":"PassThrough"},"VpcConfig":{"Ipv6AllowedForDualStack":false,"SecurityGroupIds":["sg-2","sg-1"],"SubnetIds":["subnet-2","subnet-1"]}}`,
	},
	{
		"AWS::S3::BucketPolicy",
		`{"Bucket":"assets","PolicyDocument":{"Statement":[{"Action":["s3:GetObject","s3:ListBucket"],"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Resource":["arn:aws:s3:::assets","arn:aws:s3:::assets/*"]},{"Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny","Principal":"*","Resource":"arn:aws:s3:::assets/*"}],"Version":"2012-10-17"}}`,
		`{"Bucket":"assets","PolicyDocument":{"Statement":[{"Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny","Principal":{"AWS":"*"},"Resource":"arn:aws:s3:::assets/*"},{"Action":["s3:ListBucket","s3:GetObject"],"Effect":"Allow","Principal":{"AWS":"111111111111"},"Resource":["arn:aws:s3:::assets","arn:aws:s3:::assets/*"]}],"Version":"2012-10-17"}}`,
	},
	{
		"AWS::DynamoDB::Table",
		`{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"TableName":"orders"}`,
		`{"Arn":"arn:aws:dynamodb:eu-west-1:111111111111:table/orders","AttributeDefinitions":[{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST","ContributorInsightsSpecification":{"Enabled":false},"DeletionProtectionEnabled":false,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":false},"TableName":"orders","Tags":[],"TimeToLiveSpecification":{"Enabled":false},"WarmThroughput":{"ReadUnitsPerSecond":12000,"WriteUnitsPerSecond":4000}}`,
	},
}

// BenchmarkPairsWithDecoding compares resources by the pack of AWS, decoding both sides each time, into the
// memory of the pair before as the command line does.
func BenchmarkPairsWithDecoding(b *testing.B) {
	d, err := drift.NewDetector(drift.WithPack(rulesfile.Pack("base")), drift.WithPack(rulesfile.Pack("aws")))
	require.NoError(b, err)
	b.ReportAllocs()
	var left, right document.Decoder
	pairs := 0
	for b.Loop() {
		for _, pair := range pairsOfAWS {
			desired, err := left.DecodeString(pair.desired)
			require.NoError(b, err)
			actual, err := right.DecodeString(pair.actual)
			require.NoError(b, err)
			_, err = d.DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: pair.resourceType}, desired, actual)
			require.NoError(b, err)
			pairs++
		}
	}
	b.ReportMetric(float64(pairs)/b.Elapsed().Seconds(), "pairs/s")
}
