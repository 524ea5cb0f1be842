"""The table of all methods of attribution."""

from __future__ import annotations

from .method import Method
from .methods.attnlrp import attnlrp
from .methods.captum_methods import check_norms, deeplift, kernel_shap, lime
from .methods.gradients import expected_gradients, input_x_gradient, saliency, smoothgrad
from .methods.integrated_gradients import integrated_gradients
from .methods.perturbation import occlusion, value_modules, value_zeroing
from .methods.relevance import attention_x_gradient, rollout
from .methods.shapley import exact_shapley, shapley

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="integrated_gradients",
            title="Integrated gradients",
            paper="Sundararajan, Taly & Yan 2017",
            promises=("completeness", "linear", "layers"),
            cost="17 forward and backward passes, sometimes 33 to 129, and 7 forward",
            function=integrated_gradients,
            family="gradients",
        ),
        Method(
            name="input_x_gradient",
            title="Input times gradient",
            paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016",
            promises=("layers",),
            cost="1 forward and backward pass",
            function=input_x_gradient,
            family="gradients",
        ),
        Method(
            name="saliency",
            title="Saliency (size of the gradient, no sign)",
            paper="Simonyan, Vedaldi & Zisserman 2014",
            promises=("layers",),
            cost="1 forward and backward pass",
            function=saliency,
            family="gradients",
            signed=False,
        ),
        Method(
            name="smoothgrad",
            title="SmoothGrad, times input",
            paper="Smilkov, Thorat, Kim, Viégas & Wattenberg 2017",
            promises=("layers",),
            cost="32 forward and backward passes",
            function=smoothgrad,
            family="gradients",
        ),
        Method(
            name="expected_gradients",
            title="Expected gradients (GradientSHAP)",
            paper="Erion, Janizek, Sturmfels, Lundberg & Lee 2021",
            promises=("linear",),
            cost="64 forward and backward passes",
            function=expected_gradients,
            family="gradients",
        ),
        Method(
            name="attnlrp",
            title="AttnLRP",
            paper="Achtibat et al. 2024",
            promises=("layers",),
            cost="1 forward and backward pass",
            function=attnlrp,
            family="relevance",
        ),
        Method(
            name="attention_x_gradient",
            title="Attention times gradient (no sign)",
            paper="Chefer, Gur & Wolf 2021",
            promises=(),
            cost="1 forward and backward pass",
            function=attention_x_gradient,
            family="relevance",
            signed=False,
        ),
        Method(
            name="rollout",
            title="Attention rollout (weak: no class, no sign)",
            paper="Abnar & Zuidema 2020",
            promises=(),
            cost="1 forward pass",
            function=rollout,
            family="relevance",
            signed=False,
        ),
        Method(
            name="occlusion",
            title="Occlusion",
            paper="Zeiler & Fergus 2014",
            promises=("linear",),
            cost="1 forward pass, and 1 for each word",
            function=occlusion,
            family="removal",
        ),
        Method(
            name="value_zeroing",
            title="Value zeroing",
            paper="Mohebbi, Zuidema, Chrupała & Alishahi 2023",
            promises=(),
            cost="1 forward pass, and 1 for each word",
            function=value_zeroing,
            family="removal",
            check=value_modules,
        ),
        Method(
            name="shapley",
            title="Shapley values",
            paper="Castro, Gómez & Tejada 2009",
            promises=("completeness", "linear"),
            cost="512 forward passes, or 16 for each word",
            function=shapley,
            family="Shapley values",
        ),
        Method(
            name="exact_shapley",
            title="Exact Shapley values",
            paper="Shapley 1953",
            promises=("completeness", "linear"),
            cost="2 to the number of words forward passes",
            function=exact_shapley,
            family="Shapley values",
        ),
        Method(
            name="kernel_shap",
            title="KernelSHAP",
            paper="Lundberg & Lee 2017",
            promises=("completeness", "linear"),
            cost="512 forward passes, or 16 for each word",
            function=kernel_shap,
            family="Shapley values",
        ),
        Method(
            name="lime",
            title="LIME",
            paper="Ribeiro, Singh & Guestrin 2016",
            promises=(),
            cost="512 forward passes, or 16 for each word",
            function=lime,
            family="removal",
        ),
        Method(
            name="deeplift",
            title="DeepLift",
            paper="Shrikumar, Greenside & Kundaje 2017",
            promises=("completeness", "linear"),
            cost="3 forward and 1 backward passes; only for models without attention",
            function=deeplift,
            family="relevance",
            check=check_norms,
        ),
    )
}
"""Every method by name. To add one, add its `Method`."""
