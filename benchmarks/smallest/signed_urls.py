"""Nothing, behind the same authentication and middleware as the product's API."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Nothing(APIView):
    """204 for whoever is signed in."""

    def get(self, request: Request) -> Response:
        return Response(status=204)


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("healthz", alive), path("nothing/", Nothing.as_view())]
