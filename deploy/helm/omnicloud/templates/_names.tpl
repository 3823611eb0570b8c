{{/* The full name of the release's objects, at most 50 characters: the name of a group of workers follows. */}}
{{- define "omnicloud.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* What a selector goes by. Takes a dict of root and component. */}}
{{- define "omnicloud.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* The labels of an object. Takes a dict of root and component. */}}
{{- define "omnicloud.labels" -}}
{{ include "omnicloud.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "omnicloud.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "omnicloud.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "omnicloud.image" -}}
{{- $repository := required "image.repository is empty; set it to where you pushed the image that deploy/Dockerfile builds" .Values.image.repository }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The settings of a group of workers, over what all have by default. Takes a dict of root and group. */}}
{{- define "omnicloud.workers" -}}
{{- mergeOverwrite (deepCopy .root.Values.workerDefaults) (deepCopy .group) | toYaml }}
{{- end }}
